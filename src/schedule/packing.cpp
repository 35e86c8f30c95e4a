#include "schedule/packing.h"

#include <cassert>
#include <cstring>

namespace tilecast {

std::vector<std::int64_t> packed_extents(std::span<const PackPart> parts) {
  std::vector<std::int64_t> extents;
  for (const PackPart& part : parts) extents.push_back(part.extent);
  return extents;
}

std::vector<std::byte> pack_constant(std::span<const std::byte> data, std::span<const std::int64_t> extents,
                                     std::size_t element_bytes, std::span<const PackPart> parts) {
  // How far one step along each part moves within its dimension.
  std::vector<std::int64_t> step(parts.size());
  std::vector<std::int64_t> product(extents.size(), 1);
  std::int64_t total = 1;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    auto& inner = product[static_cast<std::size_t>(parts[p].dim)];
    step[p] = inner;
    inner *= parts[p].extent;
    total *= parts[p].extent;
  }
  std::vector<std::int64_t> stride(extents.size(), 1);
  for (std::size_t d = 1; d < extents.size(); ++d) stride[d] = stride[d - 1] * extents[d - 1];

  std::vector<std::byte> packed(static_cast<std::size_t>(total) * element_bytes);
  std::vector<std::int64_t> counter(parts.size(), 0);
  std::vector<std::int64_t> index(extents.size(), 0);
  for (std::int64_t i = 0; i < total; ++i) {
    bool inside = true;
    std::int64_t source = 0;
    for (std::size_t d = 0; d < extents.size(); ++d) {
      inside = inside && index[d] < extents[d];
      source += index[d] * stride[d];
    }
    if (inside) {
      std::memcpy(packed.data() + static_cast<std::size_t>(i) * element_bytes,
                  data.data() + static_cast<std::size_t>(source) * element_bytes, element_bytes);
    }
    for (std::size_t p = 0; p < parts.size(); ++p) {
      auto& value = index[static_cast<std::size_t>(parts[p].dim)];
      value += step[p];
      if (++counter[p] < parts[p].extent) break;
      value -= counter[p] * step[p];
      counter[p] = 0;
    }
  }
  return packed;
}

std::vector<std::int64_t> laid_out_extents(const ConstantLayout& layout, std::span<const std::int64_t> extents) {
  return layout.parts.empty() ? extents_in_form(layout.form, extents) : packed_extents(layout.parts);
}

std::vector<std::byte> lay_out_constant(const ConstantLayout& layout, std::span<const std::byte> data,
                                        std::span<const std::int64_t> extents, std::size_t element_bytes) {
  if (layout.parts.empty()) return data_in_form(layout.form, data, extents);
  if (layout.form == ConstantForm::kPlain) return pack_constant(data, extents, element_bytes, layout.parts);
  return pack_constant(data_in_form(layout.form, data, extents), extents_in_form(layout.form, extents), element_bytes,
                       layout.parts);
}

}  // namespace tilecast
