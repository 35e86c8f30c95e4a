#include "frontend/passes/match.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tilecast::passes {
namespace {

// A shape without its leading dimensions of extent 1.
Shape inner_shape(const Shape& shape) {
  return {std::find_if(shape.begin(), shape.end(), [](std::int64_t extent) { return extent != 1; }), shape.end()};
}

// The constant operand of a binary operator whose result has the type of the other operand.
struct ConstantOperand {
  NetworkId x = -1;
  NetworkId constant = -1;
  bool left = false;
};
std::optional<ConstantOperand> constant_operand(const Network& network, NetworkId id) {
  const NetworkNode& node = network.node(id);
  if (node.inputs.size() != 2 || node.type.dtype != DataType::kFloat32) return std::nullopt;
  const bool left = network.node(node.inputs[0]).is_constant();
  const NetworkId x = node.inputs[left ? 1 : 0];
  const NetworkId constant = node.inputs[left ? 0 : 1];
  if (!network.node(constant).is_constant() || network.node(x).type != node.type) return std::nullopt;
  return ConstantOperand{x, constant, left};
}

void add_quotient(const Network& network, NetworkId numerator, NetworkId denominator, bool root,
                  std::vector<Quotient>& result) {
  result.push_back({numerator, denominator, root});
  if (root) return;
  const NetworkNode& node = network.node(denominator);
  if (is_float_op(network, denominator, "sqrt")) result.push_back({numerator, node.inputs[0], true});
  if (const auto x = with_right_scalar(network, denominator, "pow", 0.5)) result.push_back({numerator, *x, true});
}

}  // namespace

bool rewrite_operators(Network& network, const std::function<bool(NetworkId id, const Readers& readers)>& rewrite) {
  bool changed = false;
  Readers readers = live_readers(network);
  for (const NetworkId id : live_order(network)) {
    const NetworkNode& node = network.node(id);
    if (node.is_constant() || node.is_input() || readers[static_cast<std::size_t>(id)].empty()) continue;
    if (!rewrite(id, readers)) continue;
    changed = true;
    readers = live_readers(network);
  }
  return changed;
}

std::optional<NetworkId> only_reader(const Readers& readers, NetworkId id) {
  const auto& all = readers[static_cast<std::size_t>(id)];
  if (all.size() != 1 || all[0] == kReadByOutput) return std::nullopt;
  return all[0];
}

bool only_moves(const NetworkNode& node) {
  return node.op == "transpose" || node.op == "reshape";
}

bool is_float_op(const Network& network, NetworkId id, std::string_view op) {
  const NetworkNode& node = network.node(id);
  return node.op == op && node.type.dtype == DataType::kFloat32;
}

bool is_reduction(const Network& network, NetworkId id, std::string_view kind, const std::vector<std::int64_t>& axes) {
  if (!is_float_op(network, id, "reduce")) return false;
  const Attributes& attributes = network.node(id).attributes;
  std::vector<std::int64_t> own = attributes.get_ints("axes");
  std::sort(own.begin(), own.end());
  return attributes.get_string("kind", "") == kind && own == axes && attributes.get_int("keepdims", 1) != 0;
}

std::optional<ScalarOperand> scalar_operand(const Network& network, NetworkId id) {
  const NetworkNode& node = network.node(id);
  if (node.type.dtype != DataType::kFloat32) return std::nullopt;
  if (node.attributes.has("scalar")) {
    if (network.node(node.inputs[0]).type != node.type) return std::nullopt;
    return ScalarOperand{node.inputs[0], node.attributes.get_float("scalar", 0),
                         node.attributes.get_int("scalar_left", 0) != 0};
  }
  const auto operand = constant_operand(network, id);
  if (!operand) return std::nullopt;
  const auto scalar = scalar_value(network.node(operand->constant));
  if (!scalar) return std::nullopt;
  return ScalarOperand{operand->x, *scalar, operand->left};
}

bool scalar_is(double scalar, double expected) {
  return std::abs(scalar - expected) <= 2e-6 * std::abs(expected);
}

std::optional<NetworkId> with_right_scalar(const Network& network, NetworkId id, std::string_view op, double scalar) {
  if (!is_float_op(network, id, op)) return std::nullopt;
  const auto operand = scalar_operand(network, id);
  if (!operand || operand->left || !scalar_is(operand->scalar, scalar)) return std::nullopt;
  return operand->x;
}

std::optional<Scaled> scaled(const Network& network, NetworkId id) {
  const bool product = is_float_op(network, id, "mul");
  if (!product && !is_float_op(network, id, "div")) return std::nullopt;
  const auto operand = scalar_operand(network, id);
  if (!operand || (!product && operand->left)) return std::nullopt;
  const double scale = product ? operand->scalar : 1 / operand->scalar;
  if (!std::isfinite(scale)) return std::nullopt;
  return Scaled{operand->x, scale};
}

std::optional<ChannelOperand> channel_operand(const Network& network, NetworkId id) {
  const Shape& shape = network.node(id).type.shape;
  const auto channels = static_cast<std::size_t>(shape.empty() ? 1 : shape.back());
  if (const auto scalar = scalar_operand(network, id)) {
    return ChannelOperand{scalar->x, std::vector<double>(channels, scalar->scalar), scalar->left};
  }
  const auto operand = constant_operand(network, id);
  if (!operand) return std::nullopt;
  const NetworkNode& constant = network.node(operand->constant);
  if (inner_shape(constant.type.shape) != Shape{static_cast<std::int64_t>(channels)}) return std::nullopt;
  return ChannelOperand{operand->x, to_numbers(constant.type.dtype, *constant.constant), operand->left};
}

std::vector<Quotient> quotients(const Network& network, NetworkId id) {
  std::vector<Quotient> result;
  const NetworkNode& node = network.node(id);
  if (node.inputs.size() != 2) return result;
  if (is_float_op(network, id, "div")) add_quotient(network, node.inputs[0], node.inputs[1], false, result);
  if (!is_float_op(network, id, "mul")) return result;
  for (const std::size_t side : {0, 1}) {
    const NetworkId numerator = node.inputs[1 - side];
    const NetworkId inverse = node.inputs[side];
    const NetworkNode& factor = network.node(inverse);
    const auto operand = scalar_operand(network, inverse);
    if (is_float_op(network, inverse, "reciprocal")) {
      add_quotient(network, numerator, factor.inputs[0], false, result);
    } else if (is_float_op(network, inverse, "rsqrt")) {
      add_quotient(network, numerator, factor.inputs[0], true, result);
    } else if (is_float_op(network, inverse, "div") && operand && operand->left && operand->scalar == 1) {
      add_quotient(network, numerator, operand->x, false, result);
    } else if (const auto x = with_right_scalar(network, inverse, "pow", -0.5)) {
      add_quotient(network, numerator, *x, true, result);
    }
  }
  return result;
}

}  // namespace tilecast::passes
