#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;

// x - mean is computed twice, as older exporters do.
NetworkId add_layer_norm(NetworkBuilder& b, NetworkId x, double exponent = 2) {
  const std::int64_t axis = static_cast<std::int64_t>(b.shape(x).size()) - 1;
  const NetworkId mean = b.reduce("mean", x, {axis});
  const NetworkId square = b.scalar("pow", b.binary("sub", x, mean), exponent);
  const NetworkId root = b.unary("sqrt", b.scalar("add", b.reduce("mean", square, {axis}), 1e-5));
  const NetworkId y = b.binary("mul", b.binary("div", b.binary("sub", x, mean), root), b.constant({b.shape(x).back()}));
  return b.binary("add", y, b.constant({b.shape(x).back()}));
}

NetworkId add_gelu(NetworkBuilder& b, NetworkId x, double divisor = std::sqrt(2.0)) {
  const NetworkId sum = b.scalar("add", b.unary("erf", b.scalar("div", x, divisor)), 1);
  return b.scalar("mul", b.binary("mul", x, sum), 0.5);
}

NetworkId add_softmax(NetworkBuilder& b, NetworkId x) {
  const std::int64_t axis = static_cast<std::int64_t>(b.shape(x).size()) - 1;
  const NetworkId power = b.unary("exp", b.binary("sub", x, b.reduce("max", x, {axis})));
  return b.binary("div", power, b.reduce("sum", power, {axis}));
}

NetworkId add_projection(NetworkBuilder& b, NetworkId x, std::int64_t outputs) {
  return b.binary("add", b.constant({outputs}, -1, 1), b.dense(x, outputs));
}

TEST(Optimize, ALayerNormWithTwoEqualDifferences) {
  NetworkBuilder b;
  b.output(add_layer_norm(b, b.input({3, 8})));
  EXPECT_THAT(live_ops(run_pass(b.network, optimize)), ElementsAre("layer_norm"));
}

TEST(Optimize, GeluOfAScaledProjection) {
  NetworkBuilder b;
  const NetworkId x = b.scalar("mul", add_projection(b, b.input({3, 8}), 6), 0.5);
  b.output(add_gelu(b, b.scalar("add", x, 0)));
  EXPECT_THAT(live_ops(run_pass(b.network, optimize)), ElementsAre("dense", "add", "gelu_erf"));
}

TEST(Optimize, AttentionWithItsSoftmaxAsAChain) {
  NetworkBuilder b;
  const NetworkId x = b.input({4, 6});
  const NetworkId query = b.transpose(b.transpose(add_projection(b, x, 6), {1, 0}), {1, 0});
  const NetworkId scores = b.scalar("div", b.batch_matmul(query, add_projection(b, x, 6), true), 2.5);
  b.output(add_softmax(b, scores));
  EXPECT_THAT(live_ops(run_pass(b.network, optimize)),
              ElementsAre("dense", "add", "dense", "add", "batch_matmul", "softmax"));
}

// Grows a network of matrices by steps drawn at random: what the passes look for, look-alikes, and operators between.
class RandomNetwork {
 public:
  explicit RandomNetwork(std::uint64_t seed) : b_(seed) {
    values_ = {b_.input({4, 6}), b_.input({6, 4})};
    for (int step = 0; step < 6; ++step) values_.push_back(grow());
    b_.output(values_.back());
    for (int i = 0; i < 2; ++i) b_.output(any_operator());
  }
  const Network& network() const { return b_.network; }

 private:
  Random& random() { return b_.random(); }
  // The newest values most often, so that chains grow.
  NetworkId any() { return random().chance(0.7) ? values_.back() : random().choice(values_); }
  // Any value of the network, from within chains, too.
  NetworkId any_operator() {
    while (true) {
      const auto id = static_cast<NetworkId>(random().below(b_.network.nodes.size()));
      if (!b_.network.node(id).is_constant()) return id;
    }
  }
  // A constant number, row or single element, on either side.
  NetworkId with_constant(NetworkId x) {
    static const std::vector<std::string> kOps = {"add", "sub", "mul", "div"};
    const std::string& op = random().choice(kOps);
    const double number = random().chance(0.3) ? 1 : 0.5 + random().uniform();
    if (random().chance(0.3)) return b_.scalar(op, x, number);
    const std::int64_t columns = random().chance(0.5) ? 1 : b_.shape(x).back();
    const NetworkId constant = random().chance(0.2) ? b_.filled({columns}, number) : b_.constant({columns});
    return op != "div" && random().chance(0.5) ? b_.binary(op, constant, x) : b_.binary(op, x, constant);
  }
  NetworkId product(NetworkId x) {
    NetworkId y = b_.dense(x, 3 + static_cast<std::int64_t>(random().below(4)));
    const std::size_t steps = random().below(4);
    for (std::size_t i = 0; i < steps; ++i) y = with_constant(y);
    return y;
  }
  NetworkId scores(NetworkId x) {
    const NetworkId query = random().chance(0.5) ? product(x) : add_projection(b_, x, 4);
    const NetworkId key = random().chance(0.2) ? query : add_projection(b_, x, b_.shape(query).back());
    const NetworkId left = random().chance(0.3) ? b_.scalar("mul", query, 0.5) : query;
    const NetworkId result = b_.batch_matmul(left, key, true);
    return add_softmax(b_, random().chance(0.7) ? b_.scalar("div", result, 1.7) : result);
  }
  NetworkId movement(NetworkId x) {
    const NetworkId y =
        random().chance(0.5) ? b_.transpose(x, {1, 0}) : b_.reshape(x, {b_.shape(x)[1], b_.shape(x)[0]});
    return random().chance(0.5) ? y : b_.transpose(y, {1, 0});
  }
  NetworkId grow() {
    const NetworkId x = any();
    switch (random().below(8)) {
      case 0:
        return add_layer_norm(b_, x, random().chance(0.8) ? 2 : 4);
      case 1:
        return add_gelu(b_, x, random().chance(0.7) ? std::sqrt(2.0) : 1.5);
      case 2:
        return scores(x);
      case 3:
        return movement(x);
      case 4:
        return b_.binary("mul", x, b_.unary("sigmoid", random().chance(0.7) ? x : b_.scalar("mul", x, 1.7)));
      case 5:
        return with_constant(x);
      default:
        return product(x);
    }
  }

  NetworkBuilder b_;
  std::vector<NetworkId> values_;
};

std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : std::strtoull(value, nullptr, 10);
}

// The network with each value, inputs and results alike, rounded to another number nearby.
Network rounded_otherwise(const Network& network, Random& random) {
  Network result = network;
  for (const NetworkId id : live_order(network)) {
    const TensorType type = network.node(id).type;
    if (network.node(id).is_constant()) continue;
    std::vector<float> factors(static_cast<std::size_t>(element_count(type.shape)));
    for (float& factor : factors) factor = std::nextafter(1.0f, random.chance(0.5) ? 0.0f : 2.0f);
    const NetworkId factor = add_float_constant(result, "factors", type.shape, factors);
    redirect(result, id, result.add({"rounded", "mul", {id, factor}, {}, type}));
  }
  return result;
}

// How much each output of the network moves for such rounding.
std::vector<double> rounding_errors(const Network& network, const Inputs& inputs, Random& random) {
  std::vector<double> greatest(network.outputs.size(), 0);
  for (int trial = 0; trial < 4; ++trial) {
    const auto differences = output_differences(network, inputs, rounded_otherwise(network, random), inputs);
    if (!differences.ok()) return {};
    for (std::size_t o = 0; o < greatest.size(); ++o) greatest[o] = std::max(greatest[o], (*differences)[o]);
  }
  return greatest;
}

TEST(OptimizeProperty, OutputsStayAsTheyAre) {
  const std::uint64_t seed = from_environment("TILECAST_PROPERTY_SEED", 1);
  const std::uint64_t runs = from_environment("TILECAST_PROPERTY_RUNS", 200);
  std::size_t operators_before = 0;
  std::size_t operators_after = 0;
  std::size_t compared = 0;
  std::size_t ill_conditioned = 0;
  for (std::uint64_t r = 0; r < runs && !HasFailure(); ++r) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", network " + std::to_string(r));
    const RandomNetwork random_network(seed * 1000003 + r);
    const Network& before = random_network.network();
    Network after = before;
    optimize(after);
    operators_before += live_ops(before).size();
    operators_after += live_ops(after).size();

    Random random(r);
    const Inputs inputs = random_inputs(before, random);
    const std::vector<double> errors = rounding_errors(before, inputs, random);
    ASSERT_EQ(errors.size(), before.outputs.size());
    const auto differences = output_differences(before, inputs, after, inputs);
    ASSERT_TRUE(differences.ok()) << differences.error().message;
    for (std::size_t o = 0; o < errors.size(); ++o) {
      // The deviations of a nearly constant row, say, have hardly a digit that rounding leaves alone: no rewrite could
      // keep them to the tolerance. Whether that is so is seen from the network as it was.
      if (errors[o] > kTolerance / 4) {
        ++ill_conditioned;
        continue;
      }
      ++compared;
      EXPECT_LE((*differences)[o], kTolerance) << "output " << o;
    }
  }
  std::printf("seed %llu, %llu networks: %zu outputs compared, %zu ill-conditioned; %zu operators became %zu\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(runs), compared, ill_conditioned,
              operators_before, operators_after);
  EXPECT_LT(ill_conditioned * 5, compared + ill_conditioned);
  EXPECT_LT(operators_after, operators_before);
}

}  // namespace
}  // namespace tilecast
