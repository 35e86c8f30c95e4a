#include "runtime/package/strides.h"

namespace tilecast {
namespace {

// Dimensions that one stride walks through.
struct Run {
  std::int64_t count = 1;
  std::int64_t stride = 1;
};

// Innermost first; none for a single element.
std::vector<Run> runs_of(const Shape& shape, const Strides& strides) {
  std::vector<Run> runs;
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (shape[d] == 1) continue;
    if (!runs.empty() && strides[d] == runs.back().stride * runs.back().count) {
      runs.back().count *= shape[d];
    } else {
      runs.push_back({shape[d], strides[d]});
    }
  }
  return runs;
}

}  // namespace

Strides dense_strides(const Shape& shape) {
  Strides strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

std::optional<Strides> reshaped_strides(const Shape& shape, const Strides& strides, const Shape& to) {
  if (shape == to) return strides;
  const std::vector<Run> runs = runs_of(shape, strides);
  Strides result(to.size(), 1);
  std::size_t run = 0;
  std::int64_t used = 1;  // elements of this run that inner dimensions have taken
  for (std::size_t d = to.size(); d-- > 0;) {
    if (to[d] == 1) continue;
    if (run < runs.size() && used == runs[run].count) {
      ++run;
      used = 1;
    }
    if (run == runs.size() || runs[run].count / used % to[d] != 0) return std::nullopt;
    result[d] = runs[run].stride * used;
    used *= to[d];
  }
  return result;
}

std::int64_t contiguous_elements(const Shape& shape, const Strides& strides) {
  const std::vector<Run> runs = runs_of(shape, strides);
  return runs.empty() || runs.front().stride != 1 ? 1 : runs.front().count;
}

std::vector<std::int64_t> kernel_strides(const Shape& shape, const Strides& strides) {
  if (contiguous_elements(shape, strides) == element_count(shape)) return {};
  std::vector<std::int64_t> result;
  std::int64_t dense = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    result.push_back(shape[d] == 1 ? dense : strides[d]);
    dense = result.back() * shape[d];
  }
  return result;
}

}  // namespace tilecast
