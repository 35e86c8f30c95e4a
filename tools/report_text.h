// What reports write alike: numbers that vary or may be missing, as text and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "spread.h"

namespace tilecast::tools {

// In a table where there is no number.
inline constexpr const char* kNoNumber = "-";

// "3.00 (2.00 to 4.00)": median, smallest and largest times `scale`, with so many decimals.
std::string spread_text(const Spread& spread, double scale, int decimals);
// The same where there may be no number.
std::string spread_text(const std::optional<Spread>& spread, double scale, int decimals);
// "0.968"
std::string ratio_text(const std::optional<double>& ratio);

nlohmann::json number_or_null(const std::optional<double>& value);
nlohmann::json spread_or_null(const std::optional<Spread>& spread);

}  // namespace tilecast::tools
