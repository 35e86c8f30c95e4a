#include "report_text.h"

#include <fmt/format.h>

namespace tilecast::tools {

std::string spread_text(const Spread& spread, double scale, int decimals) {
  return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", spread.median * scale, decimals, spread.low * scale, decimals,
                     spread.high * scale, decimals);
}

std::string spread_text(const std::optional<Spread>& spread, double scale, int decimals) {
  return spread ? spread_text(*spread, scale, decimals) : kNoNumber;
}

std::string ratio_text(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.3f}", *ratio) : kNoNumber;
}

nlohmann::json number_or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

nlohmann::json spread_or_null(const std::optional<Spread>& spread) {
  return spread ? to_json(*spread) : nlohmann::json(nullptr);
}

}  // namespace tilecast::tools
