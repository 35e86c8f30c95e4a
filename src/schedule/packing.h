// How a kernel takes a constant: the form that its algorithm wants, in the layout that a Pack action chose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ir/constant_form.h"
#include "schedule/action.h"

namespace tilecast {

// Extents of the packed buffer, innermost first: one dimension a part.
std::vector<std::int64_t> packed_extents(std::span<const PackPart> parts);

// `data` is dense, `extents` innermost first, `element_bytes` an element's size. Returns the packed bytes; padding is
// 0.
std::vector<std::byte> pack_constant(std::span<const std::byte> data, std::span<const std::int64_t> extents,
                                     std::size_t element_bytes, std::span<const PackPart> parts);

struct ConstantLayout {
  ConstantForm form = ConstantForm::kPlain;
  std::vector<PackPart> parts;  // of the constant in this form, innermost first; empty: dense
  auto operator<=>(const ConstantLayout&) const = default;

  bool is_plain() const { return form == ConstantForm::kPlain && parts.empty(); }
};

// Extents of the buffer that the kernel takes, innermost first; `extents` are the constant's own.
std::vector<std::int64_t> laid_out_extents(const ConstantLayout& layout, std::span<const std::int64_t> extents);

// The constant's dense data as the kernel takes it.
std::vector<std::byte> lay_out_constant(const ConstantLayout& layout, std::span<const std::byte> data,
                                        std::span<const std::int64_t> extents, std::size_t element_bytes);

}  // namespace tilecast
