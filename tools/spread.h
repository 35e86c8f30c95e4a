// How a number varies over seeds.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

namespace tilecast::tools {

// Median, smallest and largest.
struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;
};

// `values` must not be empty.
Spread spread_of(std::span<const double> values);

// {"median","low","high"}
nlohmann::json to_json(const Spread& spread);

}  // namespace tilecast::tools
