// What operators are for fusion.
#pragma once

#include <cstdint>

#include "frontend/network.h"

namespace tilecast {

// A larger one is worth more to have an epilogue computed with it.
enum class FusionKind : std::uint8_t { kNone, kView, kMovement, kElementwise, kRows, kWindow, kProduct };

// kNone: inputs and constants. kElementwise: all that no other kind names.
FusionKind fusion_kind(const NetworkNode& node);

}  // namespace tilecast
