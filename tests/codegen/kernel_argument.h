// Data of a kernel's argument, dense or with gaps between its rows.
#pragma once

#include <cmath>
#include <cstdint>
#include <new>
#include <optional>
#include <vector>

namespace tilecast::testing {

// As the runtime aligns whole tensors.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{128};
  AlignedAllocator() = default;
  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kAlignment)); }
  void deallocate(T* data, std::size_t) { ::operator delete(data, kAlignment); }
  bool operator==(const AlignedAllocator&) const { return true; }
};
using AlignedFloats = std::vector<float, AlignedAllocator<float>>;

struct Argument {
  AlignedFloats data;
  std::vector<std::int64_t> extents;
  std::vector<std::int64_t> strides = {};
};

// Rows with a gap before each, and one behind the last.
inline Argument with_gaps(const Argument& dense, std::int64_t gap) {
  if (gap == 0 || dense.extents.size() < 2) return dense;
  const auto row = dense.extents.front();
  Argument result{{}, dense.extents, {1}};
  std::int64_t stride = row + gap;
  for (std::size_t d = 1; d < dense.extents.size(); ++d) {
    result.strides.push_back(stride);
    stride *= dense.extents[d];
  }
  const auto width = static_cast<std::ptrdiff_t>(row);
  for (auto begin = dense.data.begin(); begin != dense.data.end(); begin += width) {
    result.data.insert(result.data.end(), static_cast<std::size_t>(gap), NAN);
    result.data.insert(result.data.end(), begin, begin + width);
  }
  result.data.insert(result.data.end(), static_cast<std::size_t>(gap), NAN);
  return result;
}

// The rows alone; nothing when something stands in a gap.
inline std::optional<std::vector<double>> without_gaps(const Argument& argument, std::int64_t gap) {
  if (argument.strides.empty()) return std::vector<double>(argument.data.begin(), argument.data.end());
  std::vector<double> rows;
  const std::int64_t period = argument.extents.front() + gap;
  for (std::size_t i = 0; i < argument.data.size(); ++i) {
    const bool in_gap = static_cast<std::int64_t>(i) % period < gap;
    if (in_gap && !std::isnan(argument.data[i])) return std::nullopt;
    if (!in_gap) rows.push_back(argument.data[i]);
  }
  return rows;
}

}  // namespace tilecast::testing
