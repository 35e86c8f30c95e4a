#include "picture.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "fail.h"

namespace {

constexpr int kMostPixels = 1 << 14;  // along a side

Picture blank(int height, int width) {
  return {height, width, std::vector<float>(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3)};
}

// A new picture whose channels come from `value(y, x, channel)`.
template <class Value>
Picture drawn(int height, int width, const Value& value) {
  Picture result = blank(height, width);
  auto pixel = result.pixels.begin();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) *pixel++ = value(y, x, c);
    }
  }
  return result;
}

// Numbers of a PPM's header stand between white space and comments.
int header_number(std::istream& stream) {
  while (stream >> std::ws && stream.peek() == '#') stream.ignore(kMostPixels, '\n');
  int number = 0;
  stream >> number;
  return number;
}

// The two pixels between which a pixel of a resized line lies, and how near it is to the second.
struct Between {
  int low;
  int high;
  float share;
};

std::vector<Between> places(int size, int wanted) {
  std::vector<Between> result;
  for (int i = 0; i < wanted; ++i) {
    const float place = (static_cast<float>(i) + 0.5f) * static_cast<float>(size) / static_cast<float>(wanted) - 0.5f;
    const float inside = std::clamp(place, 0.0f, static_cast<float>(size - 1));
    const int low = static_cast<int>(inside);
    result.push_back({low, std::min(low + 1, size - 1), inside - static_cast<float>(low)});
  }
  return result;
}

}  // namespace

Picture read_ppm(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail(file + ": cannot be read");
  std::string kind;
  stream >> kind;
  const int width = header_number(stream);
  const int height = header_number(stream);
  const int levels = header_number(stream);
  stream.get();
  const bool fits = width > 0 && height > 0 && width <= kMostPixels && height <= kMostPixels;
  if (!stream || kind != "P6" || levels != 255 || !fits) fail(file + ": not a binary PPM (P6, 255 levels)");
  Picture picture = blank(height, width);
  std::string bytes(picture.pixels.size(), '\0');
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) fail(file + ": it is cut off");
  std::transform(bytes.begin(), bytes.end(), picture.pixels.begin(),
                 [](char byte) { return static_cast<float>(static_cast<unsigned char>(byte)); });
  return picture;
}

Picture resized(const Picture& picture, int height, int width) {
  const std::vector<Between> down = places(picture.height, height);
  const std::vector<Between> across = places(picture.width, width);
  return drawn(height, width, [&](int y, int x, int c) {
    const Between& row = down[static_cast<std::size_t>(y)];
    const Between& column = across[static_cast<std::size_t>(x)];
    const auto in_row = [&](int at) {
      return std::lerp(picture.at(at, column.low, c), picture.at(at, column.high, c), column.share);
    };
    return std::lerp(in_row(row.low), in_row(row.high), row.share);
  });
}

Picture cropped(const Picture& picture, const Box& box) {
  return drawn(box.height(), box.width(),
               [&](int y, int x, int c) { return picture.at(box.top + y, box.left + x, c); });
}

Picture turned_upside_down(const Picture& picture) {
  return drawn(picture.height, picture.width,
               [&](int y, int x, int c) { return picture.at(picture.height - 1 - y, picture.width - 1 - x, c); });
}
