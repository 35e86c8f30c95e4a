// compute_at, compute_root, inline, store_in.
#include <gtest/gtest.h>

#include "../test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

constexpr StageId kPre = 0;
constexpr StageId kBlur = 1;
constexpr StageId kPost = 2;

TEST(ComputeAt, ComputesWhatTheLoopsBodyNeeds) {
  const State state = blur_state(8, 6);
  const State rows = applied(state, ComputeAt{"blur", "post", "y"});
  EXPECT_EQ(nest(rows, "blur"), "y:1 x:8");
  EXPECT_EQ(rows.region(kBlur), (std::vector<std::int64_t>{8, 1}));
  EXPECT_EQ(rows.hosted(kPost, 1), std::vector<StageId>{kBlur});
  EXPECT_TRUE(rows.hosted(kPost, 0).empty());
  EXPECT_TRUE(rows.rounds_up(kBlur));
  EXPECT_EQ(nest(applied(state, ComputeAt{"blur", "post", "x"}), "blur"), "y:1 x:1");
  EXPECT_EQ(nest(applied(state, ComputeAt{"pre", "blur", "y"}), "pre"), "y:1 x:10");
  EXPECT_EQ(nest(applied(state, ComputeAt{"pre", "blur", "x"}), "pre"), "y:1 x:3");
}

TEST(ComputeAt, ChainsAndMoves) {
  const State chain = scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 4}, ComputeAt{"blur", "post", "o"},
                                                   ComputeAt{"pre", "post", "o"}});
  EXPECT_EQ(nest(chain, "blur"), "y:1 x:4");
  EXPECT_EQ(nest(chain, "pre"), "y:1 x:6");
  EXPECT_EQ(chain.hosted(kPost, 2), (std::vector<StageId>{kPre, kBlur})) << "what is read comes first";
  const State inside = applied(chain, ComputeAt{"pre", "blur", "x"});
  EXPECT_EQ(nest(inside, "pre"), "y:1 x:3");
  const State wider = applied(inside, ComputeAt{"blur", "post", "y"});
  EXPECT_EQ(nest(wider, "blur"), "y:1 x:8");
  EXPECT_EQ(nest(wider, "pre"), "y:1 x:3");
}

// The copies that a stage's own loops had made keep their factors.
TEST(ComputeAt, SplitsOfTheStageFollowItsRegion) {
  const State before = scheduled(blur_state(8, 6), {Split{"blur", "x", "o", "i", 4}});
  EXPECT_EQ(nest(before, "blur"), "y:6 o:2 i:4");
  const State after = applied(before, ComputeAt{"blur", "post", "x"});
  EXPECT_EQ(nest(after, "blur"), "y:1 o:1 i:4");
  EXPECT_EQ(after.region(kBlur), (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(after.coverage(kBlur, 0), (std::vector<std::int64_t>{4, 1}));
}

TEST(ComputeAt, SeesThroughInlinedReaders) {
  const State state = scheduled(blur_state(8, 6), {Inline{"blur"}, ComputeAt{"pre", "post", "x"}});
  EXPECT_EQ(nest(state, "pre"), "y:1 x:3");
}

TEST(ComputeAt, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, ComputeAt{"nobody", "post", "x"}, "there is no stage 'nobody'");
  expect_refused(blur, {}, ComputeAt{"blur", "nobody", "x"}, "there is no stage 'nobody'");
  expect_refused(blur, {}, ComputeAt{"blur", "post", "z"}, "stage 'post' has no loop 'z'");
  expect_refused(blur, {Inline{"blur"}}, ComputeAt{"blur", "post", "x"}, "stage 'blur' is inlined");
  expect_refused(blur, {Inline{"blur"}}, ComputeAt{"pre", "blur", "x"}, "stage 'blur' is inlined");
  expect_refused(blur, {}, ComputeAt{"post", "blur", "x"}, "the output is computed in a nest of its own");
  expect_refused(blur, {}, ComputeAt{"blur", "blur", "x"}, "a stage cannot be computed inside itself");
  expect_refused(blur, {ComputeAt{"pre", "blur", "y"}}, ComputeAt{"blur", "pre", "x"},
                 "a stage cannot be computed inside itself");
  expect_refused(blur, {Vectorize{"post", "x"}}, ComputeAt{"blur", "post", "x"}, "loop 'x' is vectorized");
  expect_refused(blur, {}, ComputeAt{"pre", "post", "y"},
                 "not all readers of stage 'pre' are inside loop 'y' of stage 'post'");
  expect_refused(blur, {}, ComputeAt{"blur", "pre", "y"},
                 "not all readers of stage 'blur' are inside loop 'y' of stage 'pre'");
  expect_refused(blur, {ComputeAt{"blur", "post", "y"}}, ComputeAt{"pre", "post", "x"},
                 "not all readers of stage 'pre' are inside loop 'x' of stage 'post'");
  expect_refused(blur, {ComputeAt{"blur", "post", "x"}, ComputeAt{"pre", "post", "x"}}, ComputeAt{"blur", "post", "y"},
                 "not all readers of stage 'pre' are inside loop 'x' of stage 'post'");
  expect_refused(blur, {Parallel{"blur", "y"}, Parallel{"post", "y"}}, ComputeAt{"blur", "post", "y"},
                 "stage 'blur' would have a parallel loop inside another");
}

TEST(ComputeAt, AllReadersMustBeInside) {
  expect_refused(diamond_state(), {CacheRead{"left", "sum", "copy"}}, ComputeAt{"left", "sum", "x"},
                 "not all readers of stage 'left' are inside loop 'x' of stage 'sum'");
  const State inside = scheduled(diamond_state(), {CacheRead{"left", "sum", "copy"}, ComputeAt{"copy", "sum", "x"},
                                                   ComputeAt{"left", "sum", "x"}});
  EXPECT_EQ(nest(inside, "left"), "x:1");
}

TEST(ComputeRoot, BringsTheWholeStageBack) {
  const State inside = scheduled(blur_state(8, 6), {ComputeAt{"blur", "post", "y"}, Split{"blur", "x", "o", "i", 3}});
  const State root = applied(inside, ComputeRoot{"blur"});
  EXPECT_EQ(nest(root, "blur"), "y:6 o:3 i:3");
  EXPECT_EQ(root.region(kBlur), (std::vector<std::int64_t>{8, 6}));
  EXPECT_EQ(root.coverage(kBlur, 0), (std::vector<std::int64_t>{8, 6})) << "the tail is guarded again";
  EXPECT_EQ(describe(applied(root, ComputeRoot{"post"})), describe(root));
}

TEST(ComputeRoot, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, ComputeRoot{"nobody"}, "there is no stage 'nobody'");
  expect_refused(blur, {Inline{"blur"}}, ComputeRoot{"blur"}, "stage 'blur' is inlined");
  expect_refused(blur, {ComputeAt{"blur", "post", "y"}, ComputeAt{"pre", "post", "y"}}, ComputeRoot{"blur"},
                 "not all readers of stage 'pre' are inside loop 'y' of stage 'post'");
  expect_refused(blur, {ComputeAt{"blur", "post", "y"}, StoreIn{"blur", Storage::kStack}}, ComputeRoot{"blur"},
                 "stage 'blur' is stored on the stack but not computed inside another");
}

TEST(Inline, LeavesNoNest) {
  const State state = scheduled(blur_state(8, 6), {Reorder{"blur", {"x", "y"}}, Inline{"blur"}});
  EXPECT_EQ(state.stage(kBlur).location, Location{Placement::kInlined});
  EXPECT_EQ(state.readers(state.buffer_of(kPre)), std::vector<StageId>{kBlur});
  EXPECT_EQ(state.computed_readers(state.buffer_of(kPre)), std::vector<StageId>{kPost});
  EXPECT_EQ(describe(state), describe(scheduled(blur_state(8, 6), {Inline{"blur"}})))
      << "the order of loops that are gone makes no difference";
}

TEST(Inline, FromInsideAnotherStage) {
  const State state =
      scheduled(blur_state(8, 6), {ComputeAt{"blur", "post", "y"}, ComputeAt{"pre", "post", "y"}, Inline{"blur"}});
  EXPECT_EQ(nest(state, "pre"), "y:1 x:10");
  EXPECT_EQ(nest(state, "blur"), "y:6 x:8");
}

TEST(Inline, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, Inline{"nobody"}, "there is no stage 'nobody'");
  expect_refused(blur, {Inline{"blur"}}, Inline{"blur"}, "stage 'blur' is inlined");
  expect_refused(product_state(8, 4, 10), {}, Inline{"product"}, "stage 'product' reduces and cannot be inlined");
  expect_refused(blur, {}, Inline{"post"}, "the output cannot be inlined");
  const std::string scheduled_already = "the nest of stage 'blur' was scheduled already";
  expect_refused(blur, {Split{"blur", "x", "o", "i", 2}}, Inline{"blur"}, scheduled_already);
  expect_refused(blur, {Unroll{"blur", "x"}}, Inline{"blur"}, scheduled_already);
  expect_refused(blur, {StoreIn{"blur", Storage::kHeap}}, Inline{"blur"}, scheduled_already);
  expect_refused(blur, {ComputeAt{"pre", "blur", "y"}}, Inline{"blur"}, "stage 'pre' is computed at this loop");
  const std::string takes_part = "stage 'blur' takes part in a cache or rfactor";
  expect_refused(blur, {CacheWrite{"blur", "copy"}}, Inline{"blur"}, takes_part);
  expect_refused(blur, {CacheRead{"pre", "blur", "copy"}}, Inline{"blur"}, takes_part);
  expect_refused(blur, {CacheRead{"blur", "post", "copy"}}, Inline{"blur"}, takes_part);
  expect_refused(blur, {CacheRead{"blur", "post", "copy"}}, Inline{"copy"},
                 "stage 'copy' takes part in a cache or rfactor");
}

TEST(StoreIn, EveryPlace) {
  const State inside = scheduled(blur_state(8, 6), {ComputeAt{"blur", "post", "y"}});
  for (const Storage storage : {Storage::kAuto, Storage::kHeap, Storage::kStack, Storage::kRegister}) {
    const State state = applied(inside, StoreIn{"blur", storage});
    EXPECT_EQ(state.stage(kBlur).storage, storage);
    EXPECT_EQ(applied(state, StoreIn{"blur", Storage::kAuto}).stage(kBlur).storage, Storage::kAuto);
  }
}

TEST(StoreIn, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, StoreIn{"nobody", Storage::kHeap}, "there is no stage 'nobody'");
  expect_refused(blur, {Inline{"blur"}}, StoreIn{"blur", Storage::kHeap}, "stage 'blur' is inlined");
  expect_refused(blur, {}, StoreIn{"post", Storage::kHeap}, "the output is stored where the caller says");
  for (const Storage storage : {Storage::kStack, Storage::kRegister}) {
    expect_refused(blur, {}, StoreIn{"blur", storage},
                   "stage 'blur' is stored on the stack but not computed inside another");
  }
}

TEST(StoreIn, StackIsLimited) {
  const Trajectory inside = {ComputeAt{"blur", "post", "y"}};
  expect_refused(blur_state(65537, 6), inside, StoreIn{"blur", Storage::kStack},
                 "stage 'blur' needs 262148 bytes of stack; at most 262144 are allowed");
  const State most = scheduled(blur_state(65536, 6), inside);
  EXPECT_EQ(applied(most, StoreIn{"blur", Storage::kStack}).stage(kBlur).storage, Storage::kStack);
  expect_refused(blur_state(65536, 6), {inside.front(), StoreIn{"blur", Storage::kStack}},
                 Split{"blur", "x", "o", "i", 3},
                 "stage 'blur' needs 262152 bytes of stack; at most 262144 are allowed");
}

}  // namespace
}  // namespace tilecast
