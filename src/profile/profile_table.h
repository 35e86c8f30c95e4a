// A profile as text.
#pragma once

#include <string>

#include "profile/profile.h"

namespace tilecast {

enum class ProfileUnit : std::uint8_t { kCall, kTask };

// The rows as they are, one line each, with a title line. `unit` says what a row stands for.
std::string profile_table(const Profile& profile, ProfileUnit unit);

// The lines below it: calls, what lies between them, the whole run, and the machine's measured peaks.
std::string profile_totals(const Profile& profile);

// Operators without neighbours of the same name: "conv add relu", "mul×3".
std::string operators_text(const std::vector<std::string>& operators);

}  // namespace tilecast
