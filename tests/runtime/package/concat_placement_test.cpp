#include "runtime/package/concat_placement.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/package/kernel_variants.h"
#include "test_package.h"

namespace tilecast {
namespace {

// Rows of products of the input "x", concatenated in several ways.
class Rows : public testing::NetworkBuilder {
 public:
  static constexpr std::int64_t kRows = 4;

  NetworkId product(std::int64_t channels) { return product_of(x, channels); }
  NetworkId product_of(NetworkId data, std::int64_t channels) {
    const Shape& shape = network.node(data).type.shape;
    return op("dense", {data, weight("w", {shape.back(), channels})}, {shape.front(), channels});
  }
  NetworkId concat(const std::vector<NetworkId>& parts, std::int64_t axis = 1) {
    Shape shape = network.node(parts.front()).type.shape;
    auto& joined = shape[static_cast<std::size_t>(axis)];
    joined = 0;
    for (const NetworkId part : parts) joined += network.node(part).type.shape[static_cast<std::size_t>(axis)];
    return op("concat", parts, shape, {{"axis", axis}});
  }
  NetworkId reshape(NetworkId value, const Shape& shape) { return op("reshape", {value}, shape, {{"shape", shape}}); }

  const NetworkId x = input("x", {kRows, 16});
};

class Placed {
 public:
  explicit Placed(Rows rows)
      : model_(testing::imported(std::move(rows.network))), placement_(place_concatenations(model_)) {}

  Place place(NetworkId value) const { return place_of(model_.network, placement_, value); }
  bool in_place(NetworkId concat) const { return placement_.in_place[call_of(concat)]; }
  std::size_t call_of(NetworkId output) const {
    const auto& calls = model_.partition.calls;
    const auto found =
        std::find_if(calls.begin(), calls.end(), [&](const TaskCall& call) { return call.output == output; });
    return static_cast<std::size_t>(found - calls.begin());
  }
  KernelVariants kernels() const { return choose_kernels(model_, placement_); }
  std::size_t task_of(NetworkId output) const { return model_.partition.calls[call_of(output)].task; }

 private:
  ImportedModel model_;
  ConcatPlacement placement_;
};

void expect_place(const Place& place, NetworkId tensor, std::int64_t offset, const Strides& strides) {
  EXPECT_EQ(place.tensor, tensor);
  EXPECT_EQ(place.offset, offset);
  EXPECT_EQ(place.strides, strides);
}

TEST(ConcatPlacement, OperandsLieInTheResult) {
  Rows rows;
  const NetworkId a = rows.product(32);
  const NetworkId b = rows.product(48);
  const NetworkId r = rows.concat({a, b});
  rows.output(r);
  const Placed placed(rows);
  EXPECT_TRUE(placed.in_place(r));
  expect_place(placed.place(a), r, 0, {80, 1});
  expect_place(placed.place(b), r, 32, {80, 1});
  expect_place(placed.place(r), r, 0, {80, 1});
  expect_place(placed.place(rows.x), rows.x, 0, {16, 1});
}

TEST(ConcatPlacement, OutermostNeedsNoOtherKernels) {
  Rows rows;
  const NetworkId a = rows.product(3);
  const NetworkId b = rows.product(3);
  const NetworkId r = rows.concat({a, b}, 0);
  rows.output(r);
  const Placed placed(rows);
  EXPECT_TRUE(placed.in_place(r));
  expect_place(placed.place(b), r, 12, {3, 1});
  ASSERT_EQ(placed.kernels().kernels.size(), 1U);
  EXPECT_TRUE(placed.kernels().kernels.front().strides.empty());
}

TEST(ConcatPlacement, NestedOnesLieInTheOutermost) {
  Rows rows;
  const NetworkId a = rows.product(16);
  const NetworkId b = rows.product(32);
  const NetworkId inner = rows.concat({a, b});
  const NetworkId c = rows.product(64);
  const NetworkId outer = rows.concat({c, inner});
  rows.output(outer);
  const Placed placed(rows);
  EXPECT_TRUE(placed.in_place(inner));
  EXPECT_TRUE(placed.in_place(outer));
  expect_place(placed.place(inner), outer, 64, {112, 1});
  expect_place(placed.place(b), outer, 80, {112, 1});
}

TEST(ConcatPlacement, GrowingOnesAreViewsOfTheLast) {
  Rows rows;
  const NetworkId a = rows.product(16);
  const NetworkId b = rows.product_of(a, 32);
  const NetworkId first = rows.concat({a, b});
  const NetworkId c = rows.product_of(first, 16);
  const NetworkId last = rows.concat({a, b, c});
  rows.output(last);
  const Placed placed(rows);
  EXPECT_TRUE(placed.in_place(first));
  EXPECT_TRUE(placed.in_place(last));
  expect_place(placed.place(first), last, 0, {64, 1});
  expect_place(placed.place(c), last, 48, {64, 1});
}

TEST(ConcatPlacement, TheLargerOneGetsTheOperand) {
  Rows rows;
  const NetworkId a = rows.product(16);
  const NetworkId b = rows.product(32);
  const NetworkId large = rows.concat({a, b, rows.product(16)});
  const NetworkId small = rows.concat({b, a});  // in no order in which they lie there
  rows.output(large);
  rows.output(small);
  const Placed placed(rows);
  EXPECT_TRUE(placed.in_place(large));
  EXPECT_FALSE(placed.in_place(small));
  expect_place(placed.place(a), large, 0, {64, 1});
  expect_place(placed.place(small), small, 0, {48, 1});
}

TEST(ConcatPlacement, LooksThroughReshapes) {
  Rows rows;
  const NetworkId a = rows.product(32);
  const NetworkId b = rows.product(32);
  const NetworkId view = rows.reshape(a, {2, 2, 32});
  const NetworkId r = rows.concat({view, rows.reshape(b, {2, 2, 32})}, 2);
  rows.output(r);
  const Placed placed(rows);
  EXPECT_TRUE(placed.in_place(r));
  expect_place(placed.place(a), r, 0, {64, 1});
  expect_place(placed.place(view), r, 0, {128, 64, 1});
  expect_place(placed.place(b), r, 32, {64, 1});
}

TEST(ConcatPlacement, KernelsDifferByStrides) {
  Rows rows;
  const NetworkId a = rows.product(32);
  const NetworkId r = rows.concat({a, rows.product(16)});
  const NetworkId of_part = rows.product_of(a, 24);
  const NetworkId of_dense = rows.product_of(rows.input("y", {Rows::kRows, 32}), 24);
  for (const NetworkId output : {r, of_part, of_dense}) rows.output(output);
  const Placed placed(rows);
  const KernelVariants kernels = placed.kernels();
  ASSERT_EQ(placed.task_of(of_part), placed.task_of(of_dense));
  const auto variant = [&](NetworkId output) { return kernels.kernels[*kernels.of_call[placed.call_of(output)]]; };
  EXPECT_EQ(kernels.of_call[placed.call_of(r)], std::nullopt);
  EXPECT_EQ(variant(of_part).task, variant(of_dense).task);
  EXPECT_EQ(variant(of_part).strides, (std::vector<std::vector<std::int64_t>>{{1, 48}, {}, {}}));
  EXPECT_TRUE(variant(of_dense).strides.empty());
  EXPECT_EQ(variant(a).strides, (std::vector<std::vector<std::int64_t>>{{}, {}, {1, 48}}));
  EXPECT_EQ(kernels.kernels.size(), 4U);
}

// Why a concatenation stays a step: the last operand of each.
class Refused : public ::testing::Test {
 protected:
  void expect_a_step(NetworkId last) {
    const NetworkId r = rows.concat({first, last});
    rows.output(r);
    const Placed placed(rows);
    EXPECT_FALSE(placed.in_place(r));
    expect_place(placed.place(first), first, 0, {32, 1});
  }
  Rows rows;
  NetworkId first = rows.product(32);
};

TEST_F(Refused, InputOfTheModel) {
  expect_a_step(rows.x);
}

TEST_F(Refused, Constant) {
  expect_a_step(rows.weight("constant", {Rows::kRows, 16}));
}

TEST_F(Refused, OutputOfTheModel) {
  const NetworkId last = rows.product(32);
  rows.output(last);
  expect_a_step(last);
}

TEST_F(Refused, SameOperandAgain) {
  expect_a_step(first);
}

TEST_F(Refused, ShortPieces) {
  expect_a_step(rows.product(7));
}

TEST_F(Refused, ReadAcrossTheGaps) {
  const NetworkId last = rows.product(32);
  rows.output(rows.op("neg", {rows.reshape(last, {Rows::kRows * 32})}, {Rows::kRows * 32}));
  expect_a_step(last);
}

TEST_F(Refused, WrittenAcrossTheGaps) {
  // Its kernel writes 8 rows of 16 elements, of which two are one row of the result.
  const NetworkId data = rows.input("y", {2 * Rows::kRows, 16});
  expect_a_step(rows.reshape(rows.product_of(data, 16), {Rows::kRows, 32}));
}

TEST(ConcatPlacement, OperatorsOfItsKernelKeepIt) {
  Rows rows;
  const NetworkId a = rows.product(32);
  const NetworkId r = rows.concat({a, rows.product(32)});
  const NetworkId relu = rows.op("relu", {r}, {Rows::kRows, 64});
  rows.output(relu);
  const Placed placed(rows);
  EXPECT_FALSE(placed.in_place(relu));
  expect_place(placed.place(a), a, 0, {32, 1});
}

TEST(ConcatPlacement, AnOutputIsNoView) {
  Rows rows;
  const NetworkId a = rows.product(16);
  const NetworkId b = rows.product(32);
  const NetworkId small = rows.concat({a, b});
  const NetworkId large = rows.concat({a, b, rows.product(16)});
  rows.output(small);
  rows.output(large);
  const Placed placed(rows);
  EXPECT_FALSE(placed.in_place(small));
  EXPECT_TRUE(placed.in_place(large));
}

}  // namespace
}  // namespace tilecast
