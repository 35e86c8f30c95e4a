// vectorize, unroll, parallel, unroll limit.
#include <gtest/gtest.h>

#include "../test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

TEST(Vectorize, MarksTheInnermostLoop) {
  const State after = applied(blur_state(8, 6), Vectorize{"post", "x"});
  EXPECT_EQ(nest(after, "post"), "y:6 vectorized x:8");
  EXPECT_EQ(nest(applied(blur_state(64, 6), Vectorize{"post", "x"}), "post"), "y:6 vectorized x:64");
  EXPECT_EQ(nest(applied(blur_state(2, 6), Vectorize{"post", "x"}), "post"), "y:6 vectorized x:2");
}

TEST(Vectorize, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, Vectorize{"nobody", "x"}, "there is no stage 'nobody'");
  expect_refused(blur, {}, Vectorize{"post", "z"}, "stage 'post' has no loop 'z'");
  expect_refused(blur, {}, Vectorize{"post", "y"}, "loop 'y' is not innermost");
  expect_refused(product_state(8, 4, 10), {}, Vectorize{"product", "k"},
                 "loop 'k' reduces; use rfactor to vectorize a reduction");
  expect_refused(blur_state(65, 6), {}, Vectorize{"post", "x"}, "loop 'x' has 65 values; a vector has 2 to 64 lanes");
  expect_refused(blur_state(1, 6), {}, Vectorize{"post", "x"}, "loop 'x' has 1 values; a vector has 2 to 64 lanes");
  for (const Action& first :
       {Action(Vectorize{"post", "x"}), Action(Unroll{"post", "x"}), Action(Parallel{"post", "x"})}) {
    for (const Action& second :
         {Action(Vectorize{"post", "x"}), Action(Unroll{"post", "x"}), Action(Parallel{"post", "x"})}) {
      expect_refused(blur, {first}, second, "loop 'x' is already vectorized, unrolled or parallel");
    }
  }
  expect_refused(blur, {ComputeAt{"blur", "post", "x"}}, Vectorize{"post", "x"},
                 "stage 'blur' is computed at this loop");
}

// Vectors of a stage inside another may not outgrow the limit when what its readers need grows.
TEST(Vectorize, LanesAreLimitedAfterwardsToo) {
  const Trajectory vectors = {ComputeAt{"blur", "post", "y"}, ComputeAt{"pre", "post", "y"}, Vectorize{"pre", "x"}};
  EXPECT_EQ(nest(scheduled(blur_state(62, 6), vectors), "pre"), "y:1 vectorized x:64");
  expect_refused(blur_state(62, 6), vectors, Split{"blur", "x", "o", "i", 40},
                 "loop 'x' has 82 values; a vector has at most 64 lanes");
}

TEST(Unroll, MarksLoopsOfEveryKind) {
  const State before = product_state(8, 4, 10);
  EXPECT_EQ(nest(applied(before, Unroll{"product", "k"}), "product"), "m:4 n:8 unrolled reducing k:10");
  EXPECT_EQ(nest(applied(before, Unroll{"product", "m"}), "product"), "unrolled m:4 n:8 reducing k:10");
}

TEST(Unroll, CopiesAreLimited) {
  const State state = blur_state(32, 64);
  expect_refused(state, {}, Unroll{"post", "z"}, "stage 'post' has no loop 'z'");
  expect_refused(state, {Unroll{"post", "x"}}, Unroll{"post", "y"},
                 "unrolling makes 2048 copies of stage 'post'; at most 1024 are allowed");
  EXPECT_EQ(nest(scheduled(blur_state(32, 32), {Unroll{"post", "x"}, Unroll{"post", "y"}}), "post"),
            "unrolled y:32 unrolled x:32");
}

// The loops that a stage is computed in multiply with its own.
TEST(Unroll, CopiesCountTheLoopsAround) {
  expect_refused(blur_state(32, 64), {ComputeAt{"blur", "post", "y"}, Unroll{"blur", "x"}}, Unroll{"post", "y"},
                 "unrolling makes 2048 copies of stage 'blur'; at most 1024 are allowed");
  expect_refused(blur_state(32, 64), {Unroll{"blur", "x"}, Unroll{"post", "y"}}, ComputeAt{"blur", "post", "y"},
                 "unrolling makes 2048 copies of stage 'blur'; at most 1024 are allowed");
}

TEST(Parallel, MarksOneSpatialLoop) {
  const State state = product_state(8, 4, 10);
  EXPECT_EQ(nest(applied(state, Parallel{"product", "m"}), "product"), "parallel m:4 n:8 reducing k:10");
  EXPECT_EQ(nest(applied(state, Parallel{"product", "n"}), "product"), "m:4 parallel n:8 reducing k:10");
}

TEST(Parallel, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, Parallel{"post", "z"}, "stage 'post' has no loop 'z'");
  expect_refused(product_state(8, 4, 10), {}, Parallel{"product", "k"},
                 "loop 'k' reduces; its iterations are not independent");
  expect_refused(blur, {Parallel{"post", "y"}}, Parallel{"post", "x"},
                 "stage 'post' would have a parallel loop inside another");
  expect_refused(blur, {ComputeAt{"blur", "post", "y"}, Parallel{"blur", "x"}}, Parallel{"post", "y"},
                 "stage 'blur' would have a parallel loop inside another");
  expect_refused(blur, {ComputeAt{"blur", "post", "y"}, Parallel{"post", "y"}}, Parallel{"blur", "x"},
                 "stage 'blur' would have a parallel loop inside another");
}

TEST(UnrollLimit, UnrollsFromTheInsideAsFarAsItGoes) {
  const auto limited = [](std::int64_t limit) {
    return nest(applied(blur_state(8, 6), UnrollLimit{"post", limit}), "post");
  };
  EXPECT_EQ(limited(0), "y:6 x:8");
  EXPECT_EQ(limited(7), "y:6 x:8");
  EXPECT_EQ(limited(8), "y:6 unrolled x:8");
  EXPECT_EQ(limited(47), "y:6 unrolled x:8");
  EXPECT_EQ(limited(48), "unrolled y:6 unrolled x:8");
}

TEST(UnrollLimit, PassesVectorsAndStopsAtParallelAndHostingLoops) {
  const State vectors = scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 4}, Vectorize{"post", "i"}});
  EXPECT_EQ(nest(applied(vectors, UnrollLimit{"post", 2}), "post"), "y:6 unrolled o:2 vectorized i:4");
  const State parallel = scheduled(blur_state(8, 6), {Parallel{"post", "y"}});
  EXPECT_EQ(nest(applied(parallel, UnrollLimit{"post", 1024}), "post"), "parallel y:6 unrolled x:8");
  const State hosting = scheduled(blur_state(8, 6), {ComputeAt{"blur", "post", "y"}});
  EXPECT_EQ(nest(applied(hosting, UnrollLimit{"post", 1024}), "post"), "y:6 unrolled x:8");
}

TEST(UnrollLimit, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, UnrollLimit{"nobody", 4}, "there is no stage 'nobody'");
  expect_refused(blur, {}, UnrollLimit{"post", -1}, "the limit -1 is not between 0 and 1024");
  expect_refused(blur, {}, UnrollLimit{"post", 1025}, "the limit 1025 is not between 0 and 1024");
  expect_refused(blur_state(32, 64), {ComputeAt{"blur", "post", "y"}, Unroll{"post", "y"}}, UnrollLimit{"blur", 32},
                 "unrolling makes 2048 copies of stage 'blur'; at most 1024 are allowed");
}

}  // namespace
}  // namespace tilecast
