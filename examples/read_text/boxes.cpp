#include "boxes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace {

constexpr float kLeastPixel = 0.3f;
constexpr double kLeastMean = 0.5;
constexpr int kLeastSide = 3;
// The network marks the inner part of a line; boxes grow by this ratio of their area and circumference.
constexpr double kUnclipRatio = 1.6;

class TextMap {
 public:
  TextMap(std::span<const float> map, int height, int width, int stride)
      : map_(map), height_(height), width_(width), stride_(stride) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) marked_.push_back(is_text(y, x));
    }
  }

  std::vector<Box> boxes() {
    std::vector<Box> result;
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        if (!marked(y, x)) continue;
        const Box box = component(y, x);
        if (std::min(box.height(), box.width()) < kLeastSide || mean(box) < kLeastMean) continue;
        result.push_back(unclipped(box));
      }
    }
    std::sort(result.begin(), result.end(),
              [](const Box& a, const Box& b) { return std::pair(a.top, a.left) < std::pair(b.top, b.left); });
    return result;
  }

 private:
  float value(int y, int x) const {
    return map_[static_cast<std::size_t>(y) * static_cast<std::size_t>(stride_) + static_cast<std::size_t>(x)];
  }
  std::vector<bool>::reference marked(int y, int x) {
    return marked_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)];
  }

  // The pixel or its left, upper or upper left neighbour: letters that nearly touch become one line.
  bool is_text(int y, int x) const {
    for (int near_y = std::max(y - 1, 0); near_y <= y; ++near_y) {
      for (int near_x = std::max(x - 1, 0); near_x <= x; ++near_x) {
        if (value(near_y, near_x) > kLeastPixel) return true;
      }
    }
    return false;
  }

  // The box around the connected pixels that are marked from this one on; their marks are gone then.
  Box component(int y, int x) {
    Box box{y, x, y + 1, x + 1};
    std::vector<std::pair<int, int>> waiting = {{y, x}};
    marked(y, x) = false;
    while (!waiting.empty()) {
      const auto [at_y, at_x] = waiting.back();
      waiting.pop_back();
      box = {std::min(box.top, at_y), std::min(box.left, at_x), std::max(box.bottom, at_y + 1),
             std::max(box.right, at_x + 1)};
      for (int near_y = std::max(at_y - 1, 0); near_y < std::min(at_y + 2, height_); ++near_y) {
        for (int near_x = std::max(at_x - 1, 0); near_x < std::min(at_x + 2, width_); ++near_x) {
          if (!marked(near_y, near_x)) continue;
          marked(near_y, near_x) = false;
          waiting.emplace_back(near_y, near_x);
        }
      }
    }
    return box;
  }

  double mean(const Box& box) const {
    double sum = 0;
    for (int y = box.top; y < box.bottom; ++y) {
      for (int x = box.left; x < box.right; ++x) sum += static_cast<double>(value(y, x));
    }
    return sum / (static_cast<double>(box.height()) * box.width());
  }

  Box unclipped(const Box& box) const {
    const double area = static_cast<double>(box.height()) * box.width();
    const int distance = static_cast<int>(std::lround(area * kUnclipRatio / (2.0 * (box.height() + box.width()))));
    return {std::max(box.top - distance, 0), std::max(box.left - distance, 0), std::min(box.bottom + distance, height_),
            std::min(box.right + distance, width_)};
  }

  std::span<const float> map_;
  int height_;
  int width_;
  int stride_;
  std::vector<bool> marked_;  // [height, width]
};

}  // namespace

std::vector<Box> find_boxes(std::span<const float> map, int height, int width, int stride) {
  return TextMap(map, height, width, stride).boxes();
}
