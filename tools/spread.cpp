#include "spread.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/statistics.h"

namespace tilecast::tools {

Spread spread_of(std::span<const double> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {median(values), *low, *high};
}

nlohmann::json to_json(const Spread& spread) {
  return {{"median", spread.median}, {"low", spread.low}, {"high", spread.high}};
}

}  // namespace tilecast::tools
