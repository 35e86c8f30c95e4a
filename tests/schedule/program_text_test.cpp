#include <gtest/gtest.h>

#include <map>

#include "test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

TEST(ProgramText, ShowsNestsAndStatements) {
  const State state = scheduled(product_state(8, 4, 6), {ComputeAt{"product", "relu", "m"}});
  EXPECT_EQ(program_text(state), R"(input in0 float32[6, 4]
constant in1 float32[8, 6]
allocate s1 float32[8, 4] auto
for i0 in 4:
 allocate s0 float32[8, 1] auto
 s0 = 0f
 for i1 in 1:
  for i2 in 8:
   for i3 in 6 reducing:
    s0[i2, i1] += (in0[i3, i1] * in1[i2, i3])
 for i4 in 8:
  s1[i4, i0] = max(s0[i4, i0], 0f)
)");
}

TEST(ProgramText, ShowsTransformsAnnotationsStorageAndLayouts) {
  const State state =
      scheduled(product_state(8, 4, 6),
                {Pack{"b", {{0, 4}, {1, 6}, {0, 2}}}, Split{"relu", "n", "o", "i", 4}, Fuse{"relu", "m", "o", "f"},
                 Parallel{"relu", "f"}, Vectorize{"relu", "i"}, ComputeAt{"product", "relu", "f"},
                 Unroll{"product", "k"}, StoreIn{"product", Storage::kStack}});
  EXPECT_EQ(program_text(state), R"(input in0 float32[6, 4]
constant in1 float32[8, 6] packed 0:4 1:6 0:2
allocate s1 float32[8, 4] auto
parallel for i0 in 8:
 allocate s0 float32[4, 1] stack
 s0 = 0f
 for i1 in 1:
  for i2 in 4:
   unrolled for i3 in 6 reducing:
    s0[i2, i1] += (in0[i3, i1] * in1[i2, i3])
 vectorized for i4 in 4:
  s1[((i0 % 2)*4 + i4), (i0 / 2)] = max(s0[((i0 % 2)*4 + i4), (i0 / 2)], 0f)
)");
}

TEST(ProgramText, ShowsInlinedStagesAndCopies) {
  const State state = scheduled(blur_state(8, 6), {Inline{"pre"}, CacheWrite{"blur", "copy"}});
  EXPECT_EQ(program_text(state), R"(input in0 float32[10, 6]
inlined s0[a0, a1]:
 (in0[a0, a1] * 2f)
allocate s1 float32[8, 6] auto
for i0 in 6:
 for i1 in 8:
  s1[i1, i0] = ((s0[i1, i0] + s0[(i1 + 1), i0]) + s0[(i1 + 2), i0])
allocate s2 float32[8, 6] auto
for i2 in 6:
 for i3 in 8:
  s2[i3, i2] = s1[i3, i2]
allocate s3 float32[8, 6] auto
for i4 in 6:
 for i5 in 8:
  s3[i5, i4] = (s2[i5, i4] + 1f)
)");
}

// What is used twice is printed once.
TEST(ProgramText, NamesWhatIsUsedTwice) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {8}}};
  StageMaker square("square", {{"x", 0, 8}});
  const std::int32_t element = square.load(0, {square.axis(0)});
  const std::int32_t more = square.op(ExprOp::kAdd, element, square.real(1));
  square.op(ExprOp::kMul, more, more);
  dag.stages = {square.make()};
  EXPECT_EQ(program_text(state_of(dag)), R"(input in0 float32[8]
allocate s0 float32[8] auto
for i0 in 8:
 t0 = (in0[i0] + 1f)
 s0[i0] = (t0 * t0)
)");
}

TEST(ProgramText, NamesMakeNoDifference) {
  const State state = product_state(8, 4, 12);
  const auto text = [&](const std::string& prefix) {
    const Name o = prefix + "o";
    const Name i = prefix + "i";
    return program_text(scheduled(
        state, {Split{"product", "k", o, i, 4}, Rfactor{"product", i, prefix + "part", prefix + "v"},
                CacheWrite{"relu", prefix + "out"}, Split{prefix + "out", "n", prefix + "a", prefix + "b", 4}}));
  };
  EXPECT_EQ(text("x"), text("other"));
}

// The order of actions that do not depend on each other, and detours, leave no trace.
TEST(ProgramText, TheWayMakesNoDifference) {
  const State blur = blur_state(8, 6);
  const auto text = [&](const Trajectory& trajectory) { return program_text(scheduled(blur, trajectory)); };
  EXPECT_EQ(text({Unroll{"post", "x"}, Parallel{"blur", "y"}}), text({Parallel{"blur", "y"}, Unroll{"post", "x"}}));
  EXPECT_EQ(text({ComputeAt{"blur", "post", "x"}, ComputeRoot{"blur"}}), text({}));
  EXPECT_EQ(text({UnrollLimit{"post", 8}}), text({Unroll{"post", "x"}}));
  EXPECT_EQ(text({UnrollLimit{"post", 0}}), text({}));
}

TEST(ProgramText, DifferentStatesPrintDifferently) {
  const Split split{"post", "x", "o", "i", 4};
  const Split product_split{"product", "k", "ko", "ki", 4};
  const std::vector<Trajectory> of_blur = {
      {},
      {split},
      {Split{"post", "x", "o", "i", 2}},
      {Split{"post", "x", "o", "i", 3}},
      {Split{"post", "y", "o", "i", 4}},
      {split, Fuse{"post", "o", "i", "f"}},
      {Fuse{"post", "y", "x", "f"}},
      {Reorder{"post", {"x", "y"}}},
      {Vectorize{"post", "x"}},
      {Unroll{"post", "x"}},
      {Parallel{"post", "x"}},
      {Parallel{"post", "y"}},
      {ComputeAt{"blur", "post", "y"}},
      {ComputeAt{"blur", "post", "x"}},
      {ComputeAt{"blur", "post", "y"}, StoreIn{"blur", Storage::kStack}},
      {ComputeAt{"blur", "post", "y"}, StoreIn{"blur", Storage::kRegister}},
      {StoreIn{"blur", Storage::kHeap}},
      {ComputeAt{"blur", "post", "y"}, ComputeAt{"pre", "blur", "y"}},
      {ComputeAt{"blur", "post", "y"}, ComputeAt{"pre", "post", "y"}},
      {Inline{"pre"}},
      {Inline{"blur"}},
      {CacheWrite{"blur", "c"}},
      {CacheRead{"in", "pre", "c"}},
  };
  const std::vector<Trajectory> of_product = {
      {},
      {product_split},
      {product_split, Rfactor{"product", "ki", "p", "v"}},
      {product_split, Rfactor{"product", "ko", "p", "v"}},
      {Pack{"b", {{0, 4}, {1, 12}, {0, 2}}}},
      {Pack{"b", {{0, 8}, {1, 12}}}},
      {Pack{"b", {{1, 12}, {0, 8}}}},
  };
  std::map<std::string, std::string> seen;
  const auto add = [&](const State& initial, const std::vector<Trajectory>& trajectories) {
    for (const Trajectory& trajectory : trajectories) {
      const auto [it, is_new] = seen.emplace(program_text(scheduled(initial, trajectory)), to_text(trajectory));
      EXPECT_TRUE(is_new) << to_text(trajectory) << "prints like\n" << it->second;
    }
  };
  add(blur_state(8, 6), of_blur);
  add(product_state(8, 4, 12), of_product);
  add(blur_state(8, 7), {{}});
  add(two_algorithms_state(), {{}, {ChooseAlgorithm{"sum"}}});
}

}  // namespace
}  // namespace tilecast
