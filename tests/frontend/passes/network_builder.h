// Small networks by hand for the tests of passes, and the comparison of what they compute before and after.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "../network_evaluator.h"
#include "base/random.h"
#include "frontend/network.h"

namespace tilecast::testing {
// Other tests of the same program have a NetworkBuilder of their own: the linker must not take one for the other.
inline namespace of_passes {

class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::uint64_t seed = 1) : random_(seed) {}

  Network network;

  const Shape& shape(NetworkId id) const { return network.node(id).type.shape; }
  Random& random() { return random_; }

  NetworkId input(Shape shape) {
    const std::string name = "in" + std::to_string(network.inputs.size());
    network.inputs.push_back(network.add({name, "input", {}, {}, {DataType::kFloat32, std::move(shape)}, nullptr}));
    return network.inputs.back();
  }
  void output(NetworkId id) { network.outputs.push_back({"out" + std::to_string(network.outputs.size()), id}); }

  // Elements uniform in [low, high).
  NetworkId constant(Shape shape, double low = 0.5, double high = 1.5) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) v = static_cast<float>(low + (high - low) * random_.uniform());
    return add_float_constant(network, next_name("constant"), std::move(shape), values);
  }
  NetworkId filled(Shape shape, double value) { return constant(std::move(shape), value, value); }

  NetworkId op(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes, Shape shape) {
    return network.add(
        {next_name(op), op, std::move(inputs), std::move(attributes), {DataType::kFloat32, std::move(shape)}, nullptr});
  }
  NetworkId unary(const std::string& name, NetworkId x, Attributes attributes = {}) {
    return op(name, {x}, std::move(attributes), shape(x));
  }
  NetworkId scalar(const std::string& name, NetworkId x, double value) { return unary(name, x, {{"scalar", value}}); }
  NetworkId scalar_left(const std::string& name, double value, NetworkId x) {
    return unary(name, x, {{"scalar", value}, {"scalar_left", std::int64_t{1}}});
  }
  NetworkId binary(const std::string& name, NetworkId a, NetworkId b) {
    Shape longer = shape(a).size() < shape(b).size() ? shape(b) : shape(a);
    const Shape& shorter = shape(a).size() < shape(b).size() ? shape(a) : shape(b);
    const std::size_t missing = longer.size() - shorter.size();
    for (std::size_t d = 0; d < shorter.size(); ++d) longer[missing + d] = std::max(longer[missing + d], shorter[d]);
    return op(name, {a, b}, {}, longer);
  }
  NetworkId reduce(const std::string& kind, NetworkId x, std::vector<std::int64_t> axes) {
    Shape result = shape(x);
    for (const std::int64_t axis : axes) result[static_cast<std::size_t>(axis)] = 1;
    return op("reduce", {x}, {{"kind", kind}, {"axes", std::move(axes)}, {"keepdims", std::int64_t{1}}}, result);
  }
  NetworkId transpose(NetworkId x, std::vector<std::int64_t> perm) {
    Shape result;
    for (const std::int64_t d : perm) result.push_back(shape(x)[static_cast<std::size_t>(d)]);
    return op("transpose", {x}, {{"perm", std::move(perm)}}, result);
  }
  NetworkId reshape(NetworkId x, const Shape& to) { return op("reshape", {x}, {{"shape", to}}, to); }
  NetworkId dense(NetworkId x, std::int64_t outputs) {
    Shape result = shape(x);
    const NetworkId weight = constant({result.back(), outputs}, -0.5, 0.5);
    result.back() = outputs;
    return op("dense", {x, weight}, {}, result);
  }
  NetworkId batch_matmul(NetworkId a, NetworkId b, bool transpose_b = false) {
    Shape result = shape(a);
    const Shape& right = shape(b);
    result.back() = right[right.size() - (transpose_b ? 2 : 1)];
    return op("batch_matmul", {a, b}, {{"transpose_b", std::int64_t{transpose_b}}}, result);
  }
  NetworkId softmax(NetworkId x) {
    return unary("softmax", x, {{"axis", static_cast<std::int64_t>(shape(x).size()) - 1}});
  }

 private:
  std::string next_name(const std::string& kind) { return kind + std::to_string(network.nodes.size()); }

  Random random_;
};

// The live operators, in their order.
inline std::vector<std::string> live_ops(const Network& network) {
  std::vector<std::string> ops;
  for (const NetworkId id : live_order(network)) {
    const NetworkNode& node = network.node(id);
    if (!node.is_constant() && !node.is_input()) ops.push_back(node.op);
  }
  return ops;
}

inline std::size_t count_op(const Network& network, const std::string& op) {
  const auto ops = live_ops(network);
  return static_cast<std::size_t>(std::count(ops.begin(), ops.end(), op));
}

using Inputs = std::map<std::string, NpyArray>;

// Normally distributed values of the network's inputs.
inline Inputs random_inputs(const Network& network, Random& random) {
  Inputs inputs;
  for (const NetworkId id : network.inputs) {
    const NetworkNode& node = network.node(id);
    std::vector<std::byte> bytes(static_cast<std::size_t>(node.type.bytes()));
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
      const auto value = static_cast<float>(random.normal());
      std::memcpy(bytes.data() + i, &value, sizeof value);
    }
    inputs[node.name] = {node.type, std::move(bytes)};
  }
  return inputs;
}

// For each output the greatest difference of an element, relative to the greatest element; infinite where the types
// differ or an element is not finite.
inline Result<std::vector<double>> output_differences(const Network& before, const Inputs& before_inputs,
                                                      const Network& after, const Inputs& after_inputs) {
  TILECAST_TRY(const auto expected, evaluate_network(before, before_inputs));
  TILECAST_TRY(const auto found, evaluate_network(after, after_inputs));
  if (expected.size() != found.size()) return Error{"the networks have different numbers of outputs"};
  std::vector<double> differences;
  for (std::size_t o = 0; o < expected.size(); ++o) {
    const auto a = to_numbers(expected[o].type.dtype, expected[o].bytes);
    const auto b = to_numbers(found[o].type.dtype, found[o].bytes);
    bool comparable = expected[o].type == found[o].type;
    double greatest = 0;
    double difference = 0;
    for (std::size_t i = 0; comparable && i < a.size(); ++i) {
      comparable = std::isfinite(a[i]) && std::isfinite(b[i]);
      greatest = std::max(greatest, std::abs(a[i]));
      difference = std::max(difference, std::abs(a[i] - b[i]));
    }
    if (!comparable) difference = std::numeric_limits<double>::infinity();
    differences.push_back(difference == 0 ? 0 : difference / greatest);
  }
  return differences;
}

inline constexpr double kTolerance = 1e-5;

inline void expect_same_outputs(const Network& before, const Network& after) {
  Random random(1);
  const Inputs inputs = random_inputs(before, random);
  const auto differences = output_differences(before, inputs, after, inputs);
  ASSERT_TRUE(differences.ok()) << differences.error().message;
  for (std::size_t o = 0; o < differences->size(); ++o) EXPECT_LE((*differences)[o], kTolerance) << "output " << o;
}

// Runs a pass on a copy and compares the outputs with those of the network itself.
template <class Pass>
Network run_pass(const Network& network, const Pass& pass) {
  Network result = network;
  pass(result);
  expect_same_outputs(network, result);
  return result;
}

// The pass must find nothing.
template <class Pass>
void expect_unchanged(const Network& network, const Pass& pass) {
  Network result = network;
  EXPECT_FALSE(pass(result));
  EXPECT_EQ(live_ops(result), live_ops(network));
  EXPECT_EQ(live_order(result), live_order(network));
}

}  // namespace of_passes
}  // namespace tilecast::testing
