// The random data on which candidates are run: the same for every candidate of a task, on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ir/tensor_type.h"

namespace tilecast {

// `count` elements of `type` for the task's input number `input`: floats uniform in [-1, 1), integers in [0, 8),
// booleans.
std::vector<std::byte> random_input_bytes(DataType type, std::int64_t count, std::size_t input);

// The largest |got - want| divided by the largest |want| (elements of `type`); infinity when one of the two is not a
// number where the other is, or infinite where the other is not. Integers and booleans must be equal: 0 or infinity.
double relative_difference(DataType type, const std::byte* got, const std::byte* want, std::size_t bytes);

}  // namespace tilecast
