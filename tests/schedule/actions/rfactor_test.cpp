#include <gtest/gtest.h>

#include <numeric>

#include "../test_programs.h"
#include "ir/interpreter.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

const Split kSplit{"product", "k", "ko", "ki", 4};
const Rfactor kFactor{"product", "ki", "part", "v"};

TEST(Rfactor, MakesAReductionInTwoSteps) {
  const State after = scheduled(product_state(8, 4, 12), {kSplit, kFactor});
  EXPECT_EQ(nest(after, "part"), "v:4 m:4 n:8 reducing ko:3");
  EXPECT_EQ(nest(after, "product"), "m:4 n:8 reducing ki:4");
  EXPECT_EQ(after.topological_order(), (std::vector<StageId>{2, 0, 1}));
  // a[k, m] with k = 4 ko + v; of the axes n, m, v, ko.
  const Stage& partial = *after.stage(2).def;
  ASSERT_EQ(partial.accesses.size(), 2U);
  EXPECT_EQ(partial.accesses[0].dims[0].terms, (std::vector<AffineTerm>{{2, 1}, {3, 4}}));
  EXPECT_EQ(partial.accesses[0].dims[1].terms, (std::vector<AffineTerm>{{1, 1}}));
  EXPECT_EQ(partial.counts.float_mul, 1);
  EXPECT_EQ(after.stage(0).def->counts.float_mul, 0) << "the second step only adds";
  EXPECT_EQ(after.stage(0).def->counts.float_add, 1);
}

TEST(Rfactor, OuterLoopsAndFurtherSplits) {
  const State outer = scheduled(product_state(8, 4, 12), {kSplit, Rfactor{"product", "ko", "part", "v"}});
  EXPECT_EQ(nest(outer, "part"), "v:3 m:4 n:8 reducing ki:4");
  EXPECT_EQ(nest(outer, "product"), "m:4 n:8 reducing ko:3");
  const State three = scheduled(product_state(8, 4, 12),
                                {kSplit, Split{"product", "ki", "kj", "kk", 2}, Rfactor{"product", "kj", "part", "v"}});
  EXPECT_EQ(nest(three, "part"), "v:2 m:4 n:8 reducing ko:3 reducing kk:2");
}

// The program with its factored reduction computes what it computed before.
TEST(Rfactor, ComputesTheSame) {
  const State before = product_state(3, 2, 12);
  const State after =
      scheduled(before, {kSplit, Split{"product", "ki", "kj", "kk", 2}, Rfactor{"product", "kj", "part", "v"}});
  std::vector<std::vector<double>> inputs(2);
  for (int i = 0; i < 24; ++i) inputs[0].push_back(0.5 * i - 5);
  for (int i = 0; i < 36; ++i) inputs[1].push_back((i * 7) % 11 - 4);
  std::vector<std::int64_t> points(6);
  std::iota(points.begin(), points.end(), 0);
  // The interpreter takes a program's last stage for its output: let it copy.
  ComputeDag dag;
  dag.inputs = before.dag().inputs;
  for (StageId i = 0; i < 3; ++i) dag.stages.push_back(*after.stage(i).def);
  StageMaker copy("copy", {{"n", 0, 3}, {"m", 0, 2}});
  const std::int32_t n = copy.axis(0);
  copy.load(after.buffer_of(after.output()), {n, copy.axis(1)});
  dag.stages.push_back(copy.make());
  const std::vector<double> want = interpret(before.dag(), inputs, points);
  EXPECT_NE(want, std::vector<double>(6, 0));
  EXPECT_EQ(interpret(dag, inputs, points), want);
}

TEST(Rfactor, Refusals) {
  const State product = product_state(8, 4, 12);
  expect_refused(product, {kSplit}, Rfactor{"nobody", "ki", "part", "v"}, "there is no stage 'nobody'");
  expect_refused(product, {kSplit}, Rfactor{"product", "z", "part", "v"}, "stage 'product' has no loop 'z'");
  expect_refused(product, {kSplit}, Rfactor{"product", "n", "part", "v"}, "loop 'n' does not reduce");
  expect_refused(product, {}, Rfactor{"product", "k", "part", "v"},
                 "split the reduction first: nothing would be left to reduce");
  const std::string moved = "stage 'product' was moved or cached already";
  expect_refused(product, {kSplit, ComputeAt{"product", "relu", "m"}}, kFactor, moved);
  expect_refused(product, {kSplit, CacheRead{"a", "product", "c"}}, kFactor, moved);
  expect_refused(product, {kSplit, StoreIn{"product", Storage::kHeap}}, kFactor, moved);
  const std::string other_loops = "only reduction loops of stage 'product' may have been split before";
  expect_refused(product, {kSplit, Split{"product", "n", "no", "ni", 2}}, kFactor, other_loops);
  expect_refused(product, {kSplit, Fuse{"product", "m", "n", "f"}}, kFactor, other_loops);
  expect_refused(product, {Split{"product", "k", "ko", "ki", 5}}, kFactor, "the split of loop 'k' does not divide");
  expect_refused(product, {kSplit, Unroll{"product", "ko"}}, kFactor,
                 "loop 'ko' is already vectorized, unrolled or parallel");
  const std::string cached = "stage 'product' was cached or factored already";
  expect_refused(product, {kSplit, CacheWrite{"product", "copy"}}, kFactor, cached);
  expect_refused(product, {kSplit, Split{"product", "ki", "kj", "kk", 2}, Rfactor{"product", "ko", "first", "w"}},
                 Rfactor{"first", "kj", "second", "v"}, "stage 'first' was cached or factored already");
}

TEST(Rfactor, NewNamesMustBeNew) {
  const State product = product_state(8, 4, 12);
  const std::string needs_names = "the new stage and its axis need names";
  expect_refused(product, {kSplit}, Rfactor{"product", "ki", "", "v"}, needs_names);
  expect_refused(product, {kSplit}, Rfactor{"product", "ki", "part", ""}, needs_names);
  expect_refused(product, {kSplit}, Rfactor{"product", "ki", "relu", "v"}, "there already is a stage 'relu'");
  expect_refused(product, {kSplit}, Rfactor{"product", "ki", "a", "v"}, "there already is an input 'a'");
  for (const char* loop : {"n", "k", "ko", "ki"}) {
    expect_refused(product, {kSplit}, Rfactor{"product", "ki", "part", loop},
                   "there already is a loop '" + std::string(loop) + "'");
  }
}

TEST(Rfactor, NothingMayBeComputedInside) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {8}}};
  StageMaker half("half", {{"x", 0, 8}});
  const std::int32_t element = half.load(0, {half.axis(0)});
  half.op(ExprOp::kMul, element, half.real(0.5));
  StageMaker sum("sum", {{"x", 0, 1}}, {{"k", 0, 8}});
  sum.load(1, {sum.axis(1)});
  dag.stages = {half.make(), sum.make()};
  expect_refused(state_of(dag), {Split{"sum", "k", "ko", "ki", 4}, ComputeAt{"half", "sum", "ko"}},
                 Rfactor{"sum", "ki", "part", "v"}, "stage 'half' is computed at this loop");
}

TEST(Rfactor, AxesMustStartAtZero) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {9}}};
  StageMaker sum("sum", {{"x", 0, 1}}, {{"k", 1, 8}});
  sum.load(0, {sum.axis(1)});
  dag.stages = {sum.make()};
  expect_refused(state_of(dag), {Split{"sum", "k", "ko", "ki", 4}}, Rfactor{"sum", "ki", "part", "v"},
                 "axis 'k' starts at 1, not at 0");
}

}  // namespace
}  // namespace tilecast
