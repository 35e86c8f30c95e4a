// Windows of signal processing, sums of cosines: HannWindow, HammingWindow, BlackmanWindow.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "frontend/lowering/node_lowering.h"
#include "frontend/onnx_tensor.h"

namespace tilecast {
namespace {

constexpr double kMostElementsMade = 1 << 26;

// level - first * cos(t) + second * cos(2 t), once around.
Status set_window(NodeLowering& node, double level, double first, double second) {
  TILECAST_TRY(const double size, node.constant_number(0, "size"));
  if (!(size >= 1 && size <= kMostElementsMade)) return node.error(fmt::format("a size of {} is not supported", size));
  const auto type = data_type_from_onnx(node.attributes().get_int("output_datatype", 1));
  if (!type) return node.error("its attribute 'output_datatype' is not supported");
  const auto count = static_cast<std::int64_t>(size);
  // A window that is not repeated ends where it began.
  const double period = node.attributes().get_int("periodic", 1) != 0 ? size : size - 1;
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / std::max(period, 1.0);
    values.push_back(level - first * std::cos(angle) + second * std::cos(2 * angle));
  }
  node.set_plain_output(node.constant(*type, {count}, values));
  return Unit{};
}

Status lower_hann(NodeLowering& node) {
  return set_window(node, 0.5, 0.5, 0);
}

Status lower_hamming(NodeLowering& node) {
  constexpr double kLevel = 25.0 / 46.0;
  return set_window(node, kLevel, 1 - kLevel, 0);
}

Status lower_blackman(NodeLowering& node) {
  return set_window(node, 0.42, 0.5, 0.08);
}

}  // namespace

void add_signal_windows(LoweringTable& table) {
  const std::map<std::string, AttributeKind> attributes = {{"output_datatype", AttributeKind::kInt},
                                                           {"periodic", AttributeKind::kInt}};
  table["HannWindow"] = {lower_hann, 1, 1, attributes};
  table["HammingWindow"] = {lower_hamming, 1, 1, attributes};
  table["BlackmanWindow"] = {lower_blackman, 1, 1, attributes};
}

}  // namespace tilecast
