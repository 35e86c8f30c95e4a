// What the lowering of operators that work with indices shares: checks of operands and constants that count.
#pragma once

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

// More elements than this in a table made of a model's constants are taken for a mistake.
inline constexpr std::int64_t kMostElementsListed = std::int64_t{1} << 24;

// An error unless elements are of type float32, int64, int32 or bool.
Status require_element_type(const NodeLowering& node, DataType type);
// An error unless input `i` has elements, of type float32, int64, int32 or bool; the second refuses bool, too.
Status require_elements(const NodeLowering& node, std::size_t i);
Status require_numbers(const NodeLowering& node, std::size_t i);
// An error unless input `i` holds whole numbers.
Status require_indices(const NodeLowering& node, std::size_t i);
// An error unless input `i` is constant, since its elements (`what` they are) decide the output's shape.
Status require_known(const NodeLowering& node, std::size_t i, const std::string& what);

// start, start + 1, … as a constant of this shape, row-major; an error when it has too many elements.
Result<NetworkId> counting(NodeLowering& node, DataType dtype, const Shape& shape, std::int64_t start = 0);

// The constant indices of input `i`, each non-negative, of a dimension of `extent` elements; an error when one is not
// in it.
Result<Ints> known_indices(NodeLowering& node, std::size_t i, std::int64_t extent);
// The same for indices whose last dimension has one entry for each of the extents: what they pick from the elements of
// these dimensions, numbered row-major.
Result<Ints> known_flat_indices(NodeLowering& node, std::size_t i, const Shape& extents);
// That as a value (int64, without the last dimension), a constant where the indices are.
Result<NetworkId> flat_indices(NodeLowering& node, std::size_t i, const Shape& extents);

// `count` rows of `length` elements; without the last dimension when that has only one.
Shape rows_shape(std::int64_t count, std::int64_t length);

}  // namespace tilecast
