// split, fuse, reorder.
#include <gtest/gtest.h>

#include "../test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

// Splits by 1 until the stage `post` has as many loop variables as a stage may have.
Trajectory splits_to_the_limit() {
  Trajectory trajectory;
  Name loop = "x";
  for (int i = 0; i < 47; ++i) {
    const Name outer = "o" + std::to_string(i);
    trajectory.push_back(Split{"post", loop, outer, "i" + std::to_string(i), 1});
    loop = outer;
  }
  return trajectory;
}

TEST(Split, MakesTwoLoopsInThePlaceOfOne) {
  const State before = blur_state(8, 6);
  const State after = applied(before, Split{"post", "y", "yo", "yi", 2});
  EXPECT_EQ(nest(after, "post"), "yo:3 yi:2 x:8");
  EXPECT_EQ(nest(after, "blur"), "y:6 x:8");
  EXPECT_EQ(nest(applied(after, Split{"post", "yi", "a", "b", 1}), "post"), "yo:3 a:2 b:1 x:8");
}

TEST(Split, FactorsMayBeOneOrTheWholeLoopOrLeaveATail) {
  const State before = blur_state(8, 6);
  EXPECT_EQ(nest(applied(before, Split{"post", "x", "o", "i", 1}), "post"), "y:6 o:8 i:1");
  EXPECT_EQ(nest(applied(before, Split{"post", "x", "o", "i", 8}), "post"), "y:6 o:1 i:8");
  const State tail = applied(before, Split{"post", "x", "o", "i", 3});
  EXPECT_EQ(nest(tail, "post"), "y:6 o:3 i:3");
  EXPECT_EQ(tail.coverage(2, 0), (std::vector<std::int64_t>{8, 6})) << "the tail is guarded";
}

TEST(Split, LoopsOfAReductionGoOnReducing) {
  const State after = applied(product_state(8, 4, 10), Split{"product", "k", "ko", "ki", 4});
  EXPECT_EQ(nest(after, "product"), "m:4 n:8 reducing ko:3 reducing ki:4");
}

// A stage inside another is rounded up, and what it reads grows with it.
TEST(Split, TailInsideAnotherStageIsComputed) {
  const State before = scheduled(blur_state(8, 6), {ComputeAt{"blur", "post", "y"}, ComputeAt{"pre", "post", "y"}});
  ASSERT_EQ(nest(before, "pre"), "y:1 x:10");
  const State after = applied(before, Split{"blur", "x", "o", "i", 3});
  EXPECT_EQ(after.region(1), (std::vector<std::int64_t>{8, 1}));
  EXPECT_EQ(after.coverage(1, 0), (std::vector<std::int64_t>{9, 1}));
  EXPECT_EQ(nest(after, "pre"), "y:1 x:11");
}

TEST(Split, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, Split{"nobody", "x", "o", "i", 2}, "there is no stage 'nobody'");
  expect_refused(blur, {Inline{"blur"}}, Split{"blur", "x", "o", "i", 2}, "stage 'blur' is inlined");
  expect_refused(blur, {}, Split{"post", "z", "o", "i", 2}, "stage 'post' has no loop 'z'");
  expect_refused(blur, {}, Split{"post", "x", "o", "i", 0}, "factor 0 is not between 1 and the extent 8 of loop 'x'");
  expect_refused(blur, {}, Split{"post", "x", "o", "i", 9}, "factor 9 is not between 1 and the extent 8 of loop 'x'");
  expect_refused(blur, {}, Split{"post", "x", "o", "o", 2}, "the two new loops need different names");
  expect_refused(blur, {}, Split{"post", "x", "", "i", 2}, "a loop needs a name");
  expect_refused(blur, {}, Split{"post", "x", "o", "", 2}, "a loop needs a name");
  expect_refused(blur, {}, Split{"post", "x", "y", "i", 2}, "stage 'post' already has or had a loop 'y'");
  expect_refused(blur, {}, Split{"post", "x", "o", "x", 2}, "stage 'post' already has or had a loop 'x'");
  const Split split{"post", "x", "o", "i", 2};
  expect_refused(blur, {split}, Split{"post", "x", "p", "q", 2}, "stage 'post' has no loop 'x'");
  expect_refused(blur, {split}, Split{"post", "o", "x", "q", 2}, "stage 'post' already has or had a loop 'x'");
  expect_refused(blur, {Unroll{"post", "x"}}, split, "loop 'x' is already vectorized, unrolled or parallel");
  expect_refused(blur, {ComputeAt{"blur", "post", "x"}}, split, "stage 'blur' is computed at this loop");
  expect_refused(blur, splits_to_the_limit(), Split{"post", "y", "p", "q", 1}, "the stage has too many loop variables");
}

TEST(Split, OfAFusedLoopInsideAnotherStageMustDivide) {
  const Trajectory fused = {ComputeAt{"pre", "blur", "y"}, Fuse{"pre", "y", "x", "f"}};
  const State before = scheduled(blur_state(8, 6), fused);
  EXPECT_EQ(nest(applied(before, Split{"pre", "f", "o", "i", 5}), "pre"), "o:2 i:5");
  expect_refused(blur_state(8, 6), fused, Split{"pre", "f", "o", "i", 4},
                 "factor 4 does not divide the 10 values of loop 'f', which is fused, in a stage that is computed "
                 "inside another");
}

TEST(Fuse, MakesOneLoopOfTwoNeighbours) {
  const State before = blur_state(8, 6);
  EXPECT_EQ(nest(applied(before, Fuse{"post", "y", "x", "f"}), "post"), "f:48");
  const State split = applied(product_state(8, 4, 10), Split{"product", "k", "ko", "ki", 4});
  EXPECT_EQ(nest(applied(split, Fuse{"product", "ko", "ki", "f"}), "product"), "m:4 n:8 reducing f:12");
  EXPECT_EQ(nest(applied(split, Fuse{"product", "m", "n", "f"}), "product"), "f:32 reducing ko:3 reducing ki:4");
}

TEST(Fuse, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, Fuse{"nobody", "y", "x", "f"}, "there is no stage 'nobody'");
  expect_refused(blur, {}, Fuse{"post", "z", "x", "f"}, "stage 'post' has no loop 'z'");
  expect_refused(blur, {}, Fuse{"post", "y", "z", "f"}, "stage 'post' has no loop 'z'");
  expect_refused(blur, {}, Fuse{"post", "x", "y", "f"}, "loop 'y' is not directly inside loop 'x'");
  expect_refused(blur, {}, Fuse{"post", "x", "x", "f"}, "loop 'x' is not directly inside loop 'x'");
  expect_refused(blur, {Split{"post", "x", "o", "i", 2}}, Fuse{"post", "y", "i", "f"},
                 "loop 'i' is not directly inside loop 'y'");
  expect_refused(product_state(8, 4, 10), {}, Fuse{"product", "n", "k", "f"},
                 "a spatial loop cannot be fused with a reduction loop");
  expect_refused(blur, {}, Fuse{"post", "y", "x", ""}, "a loop needs a name");
  expect_refused(blur, {}, Fuse{"post", "y", "x", "x"}, "stage 'post' already has or had a loop 'x'");
  expect_refused(blur, {Vectorize{"post", "x"}}, Fuse{"post", "y", "x", "f"},
                 "loop 'x' is already vectorized, unrolled or parallel");
  expect_refused(blur, {ComputeAt{"blur", "post", "y"}}, Fuse{"post", "y", "x", "f"},
                 "stage 'blur' is computed at this loop");
  expect_refused(blur, splits_to_the_limit(), Fuse{"post", "o46", "i46", "f"}, "the stage has too many loop variables");
}

TEST(Fuse, LoopsStayBelowTwoToThe31) {
  expect_refused(blur_state(65536, 32768), {}, Fuse{"post", "y", "x", "f"},
                 "the fused loop would have more than 2^31 values");
  EXPECT_EQ(nest(applied(blur_state(65536, 32767), Fuse{"post", "y", "x", "f"}), "post"), "f:2147418112");
}

TEST(Reorder, ListedLoopsShareTheirPlaces) {
  const State before = applied(product_state(8, 4, 10), Split{"product", "k", "ko", "ki", 5});
  ASSERT_EQ(nest(before, "product"), "m:4 n:8 reducing ko:2 reducing ki:5");
  EXPECT_EQ(nest(applied(before, Reorder{"product", {"ki", "m"}}), "product"), "reducing ki:5 n:8 reducing ko:2 m:4");
  EXPECT_EQ(nest(applied(before, Reorder{"product", {"ko", "ki", "n", "m"}}), "product"),
            "reducing ko:2 reducing ki:5 n:8 m:4");
  EXPECT_EQ(describe(applied(before, Reorder{"product", {"n"}})), describe(before));
}

// What is computed inside is needed for other loops now.
TEST(Reorder, ChangesWhatIsComputedInside) {
  const State before = scheduled(blur_state(8, 6), {ComputeAt{"blur", "post", "x"}});
  EXPECT_EQ(nest(before, "blur"), "y:1 x:1");
  EXPECT_EQ(nest(applied(before, Reorder{"post", {"x", "y"}}), "blur"), "y:6 x:1");
}

TEST(Reorder, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, Reorder{"nobody", {}}, "there is no stage 'nobody'");
  expect_refused(blur, {}, Reorder{"post", {"x", "z"}}, "stage 'post' has no loop 'z'");
  expect_refused(blur, {}, Reorder{"post", {"x", "y", "x"}}, "loop 'x' is listed twice");
  expect_refused(blur, {Vectorize{"post", "x"}}, Reorder{"post", {"x", "y"}},
                 "vectorized loop 'x' would no longer be innermost");
  expect_refused(blur_state(70000, 6),
                 {Reorder{"post", {"x", "y"}}, ComputeAt{"blur", "post", "y"}, StoreIn{"blur", Storage::kStack}},
                 Reorder{"post", {"y", "x"}}, "stage 'blur' needs 280000 bytes of stack; at most 262144 are allowed");
}

}  // namespace
}  // namespace tilecast
