#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "../model_maker.h"
#include "frontend/partition.h"
#include "frontend/passes/passes.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kHidden = 3;

std::vector<double> ramp(const Shape& shape, double step) {
  std::vector<double> numbers(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = step * static_cast<double>(i % 17) - step * 8;
  return numbers;
}

// A node over x of this shape with as many gates; `more` follow X, W and R.
Result<Network> recurrent(const std::string& op, std::int64_t gates, const Shape& x, const Attributes& attributes,
                          const std::function<std::vector<ModelValueId>(ModelMaker&)>& more = {}) {
  ModelMaker model;
  const Shape w = {1, gates * kHidden, x.back()};
  const Shape r = {1, gates * kHidden, kHidden};
  std::vector<ModelValueId> inputs = {model.input("x", x), model.constant(DataType::kFloat32, w, ramp(w, 0.05)),
                                      model.constant(DataType::kFloat32, r, ramp(r, 0.07))};
  if (more) {
    for (const ModelValueId id : more(model)) inputs.push_back(id);
  }
  return model.lower(model.node(op, inputs, attributes));
}

TEST(Recurrent, EqualStepsAreOneTask) {
  struct Operator {
    std::string op;
    int gates, calls, products;  // the last two of a step
  };
  for (const auto& [op, gates, calls, products] :
       {Operator{"LSTM", 4, 3, 1}, Operator{"GRU", 3, 4, 2}, Operator{"RNN", 1, 1, 1}}) {
    constexpr std::size_t kSteps = 64;
    auto network = recurrent(op, gates, {kSteps, 1, 5}, {});
    ASSERT_TRUE(network.ok()) << network.error().message;
    optimize(*network);
    const auto cut = partition(*network);
    ASSERT_TRUE(cut.ok()) << cut.error().message;
    EXPECT_LE(cut->tasks.size(), 12U) << op;
    const auto of_steps =
        std::count_if(cut->tasks.begin(), cut->tasks.end(), [](const auto& task) { return task.weight >= kSteps - 2; });
    EXPECT_EQ(of_steps, calls) << op;
    EXPECT_LE(cut->calls.size(), kSteps * static_cast<std::size_t>(calls) + 20) << op;
    // In place of the first step, whose state is zero, the inputs of all steps.
    EXPECT_EQ(count_nodes(*network, "dense"), products * static_cast<int>(kSteps)) << op;
  }
}

// X and Y with the batch first hold the same numbers in another order.
TEST(Recurrent, BatchesMayComeFirst) {
  constexpr std::int64_t kSteps = 4, kBatch = 2, kInput = 2;
  const auto by_steps = recurrent("LSTM", 4, {kSteps, kBatch, kInput}, {});
  const auto by_batches = recurrent("LSTM", 4, {kBatch, kSteps, kInput}, {{"layout", std::int64_t{1}}});
  ASSERT_TRUE(by_steps.ok()) << by_steps.error().message;
  ASSERT_TRUE(by_batches.ok()) << by_batches.error().message;
  EXPECT_EQ(by_batches->node(by_batches->outputs.front().value).type.shape, (Shape{kBatch, kSteps, 1, kHidden}));
  const auto at = [](std::int64_t outer, std::int64_t inner, std::int64_t inner_extent, std::int64_t row) {
    return static_cast<std::size_t>((outer * inner_extent + inner) * row);
  };
  const std::vector<double> x = ramp({kSteps, kBatch, kInput}, 0.3);
  std::vector<double> turned(x.size());
  for (std::int64_t t = 0; t < kSteps; ++t) {
    for (std::int64_t b = 0; b < kBatch; ++b) {
      std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(at(t, b, kBatch, kInput)), kInput,
                  turned.begin() + static_cast<std::ptrdiff_t>(at(b, t, kSteps, kInput)));
    }
  }
  const std::vector<double> y = run(*by_steps, x);
  const std::vector<double> z = run(*by_batches, turned);
  ASSERT_EQ(y.size(), z.size());
  for (std::int64_t t = 0; t < kSteps; ++t) {
    for (std::int64_t b = 0; b < kBatch; ++b) {
      for (std::size_t h = 0; h < kHidden; ++h) {
        EXPECT_NEAR(z[at(b, t, kSteps, kHidden) + h], y[at(t, b, kBatch, kHidden) + h], 1e-6);
      }
    }
  }
}

TEST(Recurrent, WhatIsNotHandledIsRefused) {
  const auto message = [](const Attributes& attributes,
                          const std::function<std::vector<ModelValueId>(ModelMaker&)>& more = {},
                          const Shape& x = {4, 2, 5}) {
    const auto network = recurrent("LSTM", 4, x, attributes, more);
    return network.ok() ? "lowered" : network.error().message;
  };
  EXPECT_EQ(message({}), "lowered");
  EXPECT_EQ(message({{"direction", std::string("sideways")}}),
            "node '/LSTM' (LSTM, domain ai.onnx): its direction 'sideways' is not supported");
  EXPECT_THAT(message({{"direction", std::string("bidirectional")}}), HasSubstr("its W is 1x12x5, not 2x12x5"));
  EXPECT_THAT(message({{"hidden_size", std::int64_t{4}}}), HasSubstr("'hidden_size' is not R's 3"));
  EXPECT_THAT(message({{"layout", std::int64_t{2}}}), HasSubstr("its layout 2 is not supported"));
  EXPECT_THAT(message({{"clip", 0.0}}), HasSubstr("a clip of 0 is not supported"));
  EXPECT_THAT(message({{"activations", std::string("Sigmoid,Tanh")}}), HasSubstr("it needs 3 activations, not 2"));
  EXPECT_THAT(message({{"activations", std::string("Sigmoid,Tanh,Cosine")}}),
              HasSubstr("its activation 'Cosine' is not supported"));
  EXPECT_THAT(message({}, {}, {5000, 1, 5}), HasSubstr("it has 5000 time steps, supported are 1 to 4096"));
  EXPECT_THAT(message({},
                      [](ModelMaker& m) {
                        return std::vector{m.ones({1, 12})};
                      }),
              HasSubstr("its B is 1x12, not 1x24"));
  const auto lengths = [](const std::vector<double>& numbers) {
    return [numbers](ModelMaker& m) { return std::vector{kNoValue, m.constant(DataType::kInt32, numbers)}; };
  };
  EXPECT_EQ(message({}, lengths({4, 4})), "lowered");
  EXPECT_THAT(message({}, lengths({4, 3})),
              HasSubstr("its sequence_lens are not all 4: sequences of different lengths are not supported"));
  EXPECT_THAT(message({},
                      [](ModelMaker& m) {
                        return std::vector{kNoValue, m.input("n", {2})};
                      }),
              HasSubstr("its sequence_lens 'n' is known only when the model runs; it must be a constant"));
}

}  // namespace
}  // namespace tilecast
