// Applies the layout that a Pack action chose to a constant's data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "schedule/action.h"

namespace tilecast {

// Extents of the packed buffer, innermost first: one dimension a part.
std::vector<std::int64_t> packed_extents(std::span<const PackPart> parts);

// `data` is dense, `extents` innermost first, `element_bytes` an element's size. Returns the packed bytes; padding is
// 0.
std::vector<std::byte> pack_constant(std::span<const std::byte> data, std::span<const std::int64_t> extents,
                                     std::size_t element_bytes, std::span<const PackPart> parts);

}  // namespace tilecast
