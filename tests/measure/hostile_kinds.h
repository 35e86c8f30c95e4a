// How measurer_test tells the fake builder what to build: the position of the kind in this list is an unroll limit.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <variant>

#include "schedule/action.h"

namespace tilecast::testing {

inline constexpr std::array<const char*, 10> kHostileKinds = {
    "none", "hang", "crash", "memory", "wrong", "outside", "code", "build_crash", "build_memory", "build_hang"};

inline Trajectory hostile_trajectory(const std::string& kind) {
  const auto* found = std::find(kHostileKinds.begin(), kHostileKinds.end(), kind);
  return {UnrollLimit{"relu0", found - kHostileKinds.begin()}};
}

inline std::string hostile_kind(const Trajectory& trajectory) {
  for (const Action& action : trajectory) {
    if (const auto* limit = std::get_if<UnrollLimit>(&action)) {
      return kHostileKinds.at(static_cast<std::size_t>(limit->max_steps));
    }
  }
  return "none";
}

}  // namespace tilecast::testing
