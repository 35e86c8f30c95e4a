// What the passes find patterns with. An id stands for the operator that computes the value.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "frontend/network.h"

namespace tilecast::passes {

using Readers = std::vector<std::vector<NetworkId>>;  // as live_readers gives them

// Calls `rewrite` for each live operator, inputs first, with the readers as they are then. It returns whether it
// changed the network; so does this. Nodes that it adds are not visited.
bool rewrite_operators(Network& network, const std::function<bool(NetworkId id, const Readers& readers)>& rewrite);

// The operator that reads `id`; nothing when there is another, or when it is an output of the model.
std::optional<NetworkId> only_reader(const Readers& readers, NetworkId id);

// Whether an operator has all elements of its input, in another order or shape: a transposition or reshape.
bool only_moves(const NetworkNode& node);

// Whether `id` is a float32 result of this operator.
bool is_float_op(const Network& network, NetworkId id, std::string_view op);

// Whether an operator's attributes name these axes (in this order), and its kind is this one; it keeps dimensions.
bool is_reduction(const Network& network, NetworkId id, std::string_view kind, const std::vector<std::int64_t>& axes);

// A binary operator of x and a number, float32, with a result of x's shape.
struct ScalarOperand {
  NetworkId x = -1;
  double scalar = 0;
  bool left = false;  // the number is the left operand
};
std::optional<ScalarOperand> scalar_operand(const Network& network, NetworkId id);
// The x of add(x, c), mul(x, 2) …; nothing when `id` is another operator or has another number. `scalar_is` compares
// to a few units of float32's precision.
bool scalar_is(double scalar, double expected);
std::optional<NetworkId> with_right_scalar(const Network& network, NetworkId id, std::string_view op, double scalar);

// The x and s of x * s or x / (1 / s).
struct Scaled {
  NetworkId x = -1;
  double scale = 1;
};
std::optional<Scaled> scaled(const Network& network, NetworkId id);

// A binary operator of x and a constant with one element, or one a channel (innermost dimension); float32, with a
// result of x's shape.
struct ChannelOperand {
  NetworkId x = -1;
  std::vector<double> values;  // one a channel
  bool left = false;
};
std::optional<ChannelOperand> channel_operand(const Network& network, NetworkId id);

// The ways to read `id` as a quotient: a / b, a * reciprocal(b), a * (1 / b). Both factors of a product may be one.
struct Quotient {
  NetworkId numerator = -1;
  NetworkId denominator = -1;
  // The denominator is the root of this value, not the value itself: a / sqrt(b), a * rsqrt(b), a * pow(b, -0.5) …
  bool root = false;
};
std::vector<Quotient> quotients(const Network& network, NetworkId id);

}  // namespace tilecast::passes
