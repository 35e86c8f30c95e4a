// What operators are for fusion.
#pragma once

#include <cstdint>
#include <string_view>

#include "frontend/network.h"

namespace tilecast {

// A larger one is worth more to have an epilogue computed with it.
enum class FusionKind : std::uint8_t { kNone, kView, kMovement, kElementwise, kRows, kWindow, kProduct };

// Of an operator. kElementwise: all that no other kind names.
FusionKind fusion_kind(std::string_view op);
// kNone: inputs and constants.
FusionKind fusion_kind(const NetworkNode& node);

}  // namespace tilecast
