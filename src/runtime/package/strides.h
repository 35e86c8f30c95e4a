// How a tensor's elements lie in memory that may be part of a larger tensor.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/tensor_type.h"

namespace tilecast {

// Elements from one index of a dimension to the next, one a dimension, in the order of the shape (outermost first).
using Strides = std::vector<std::int64_t>;

Strides dense_strides(const Shape& shape);

// Strides of the same elements, in the same order, in another shape of as many elements; nothing when no strides
// lead there: a dimension would cross a gap.
std::optional<Strides> reshaped_strides(const Shape& shape, const Strides& strides, const Shape& to);

// The longest runs of elements without a gap that the tensor consists of; all of its elements when it has no gap.
std::int64_t contiguous_elements(const Shape& shape, const Strides& strides);

// As a kernel is told: innermost first, empty when the tensor has no gap. Dimensions of one element, along which no
// stride is ever taken, have the one that a dense neighbour would give them: equal layouts are equal.
std::vector<std::int64_t> kernel_strides(const Shape& shape, const Strides& strides);

}  // namespace tilecast
