// How a kernel wants the data of a constant: as the model has it, or computed from it ahead of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tilecast {

// Fixed numbers: they are written in messages between processes.
enum class ConstantForm : std::uint8_t {
  kPlain = 0,
  // The weight of a convolution whose two inner spatial dimensions are 3 x 3, as G w G^T (ir/winograd.h) for tiles of
  // 2 x 2 or 4 x 4 outputs: [M, C, 3, 3, …] (innermost first) becomes [M, C, 4, 4, …] or [M, C, 6, 6, …].
  kWinograd2 = 1,
  kWinograd4 = 2,
};

// "plain", "winograd2", "winograd4".
std::string_view constant_form_name(ConstantForm form);

// Extents (innermost first) in this form of a constant with the extents given.
std::vector<std::int64_t> extents_in_form(ConstantForm form, std::span<const std::int64_t> extents);

// The elements of a dense constant (`extents` innermost first) in this form; float32 unless the form is kPlain.
std::vector<std::byte> data_in_form(ConstantForm form, std::span<const std::byte> data,
                                    std::span<const std::int64_t> extents);

}  // namespace tilecast
