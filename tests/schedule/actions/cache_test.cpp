// cache_write, cache_read.
#include <gtest/gtest.h>

#include "../test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

TEST(CacheWrite, ReadersReadTheCopy) {
  const State before = product_state(8, 4, 10);
  const State after = applied(before, CacheWrite{"product", "copy"});
  ASSERT_EQ(after.stage_count(), 3U);
  const StageId product = 0;
  const StageId relu = 1;
  const StageId copy = 2;
  EXPECT_EQ(nest(after, "copy"), "m:4 n:8");
  EXPECT_EQ(after.stage(relu).source(after.buffer_of(product)), after.buffer_of(copy));
  EXPECT_EQ(after.readers(after.buffer_of(product)), std::vector<StageId>{copy});
  EXPECT_EQ(after.readers(after.buffer_of(copy)), std::vector<StageId>{relu});
  EXPECT_EQ(after.topological_order(), (std::vector<StageId>{product, copy, relu}));
  EXPECT_EQ(after.output(), relu);
  ASSERT_EQ(after.derived().size(), 1U);
  EXPECT_EQ(after.derived()[0].kind, DerivedStage::Kind::kCacheWrite);
  EXPECT_EQ(nest(applied(after, ComputeAt{"product", "copy", "m"}), "product"), "m:1 n:8 reducing k:10");
}

TEST(CacheWrite, TheCopyOfTheOutputIsTheOutput) {
  const State after = applied(blur_state(8, 6), CacheWrite{"post", "out"});
  EXPECT_EQ(after.stage(after.output()).name(), Name("out"));
  EXPECT_EQ(nest(applied(after, ComputeAt{"post", "out", "y"}), "post"), "y:1 x:8");
}

TEST(CacheWrite, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, CacheWrite{"nobody", "copy"}, "there is no stage 'nobody'");
  expect_refused(blur, {Inline{"blur"}}, CacheWrite{"blur", "copy"}, "stage 'blur' is inlined");
  expect_refused(blur, {}, CacheWrite{"blur", ""}, "a stage needs a name");
  expect_refused(blur, {}, CacheWrite{"blur", "pre"}, "there already is a stage 'pre'");
  expect_refused(blur, {}, CacheWrite{"blur", "in"}, "there already is an input 'in'");
  expect_refused(blur, {ComputeAt{"blur", "post", "y"}}, CacheWrite{"blur", "copy"},
                 "stage 'blur' is already computed inside another");
  expect_refused(blur, {CacheWrite{"blur", "copy"}}, CacheWrite{"blur", "again"}, "stage 'blur' is already cached");
  expect_refused(blur, {CacheRead{"blur", "post", "copy"}}, CacheWrite{"blur", "again"},
                 "stage 'blur' is already cached");
  expect_refused(blur, {CacheWrite{"blur", "copy"}}, CacheWrite{"copy", "again"}, "stage 'copy' is a copy itself");
}

TEST(CacheRead, OneReaderReadsTheCopy) {
  const State after = applied(diamond_state(), CacheRead{"in", "left", "cache"});
  const StageId left = 0;
  const StageId right = 1;
  const StageId cache = 3;
  EXPECT_EQ(nest(after, "cache"), "d0:8");
  EXPECT_EQ(after.stage(left).source(0), after.buffer_of(cache));
  EXPECT_EQ(after.readers(0), (std::vector<StageId>{right, cache})) << "the other reader reads the input still";
  EXPECT_EQ(after.topological_order(), (std::vector<StageId>{cache, left, right, 2}));
  EXPECT_EQ(nest(applied(after, ComputeAt{"cache", "left", "x"}), "cache"), "d0:1");
}

TEST(CacheRead, CopiesAnInputOrAStageOnceMore) {
  const State state =
      scheduled(blur_state(8, 6), {CacheRead{"in", "pre", "first"}, CacheRead{"first", "pre", "second"}});
  const StageId pre = 0;
  EXPECT_EQ(nest(state, "first"), "d1:6 d0:10");
  EXPECT_EQ(nest(state, "second"), "d1:6 d0:10");
  EXPECT_EQ(state.stage(state.stage_of(state.stage(pre).source(0))).name(), Name("second"));
  EXPECT_EQ(nest(applied(state, CacheRead{"blur", "post", "third"}), "third"), "y:6 x:8");
}

TEST(CacheRead, Refusals) {
  const State blur = blur_state(8, 6);
  expect_refused(blur, {}, CacheRead{"in", "nobody", "c"}, "there is no stage 'nobody'");
  expect_refused(blur, {Inline{"pre"}}, CacheRead{"in", "pre", "c"}, "stage 'pre' is inlined");
  expect_refused(blur, {}, CacheRead{"nobody", "pre", "c"}, "there is no input or stage 'nobody'");
  expect_refused(blur, {}, CacheRead{"in", "pre", ""}, "a stage needs a name");
  expect_refused(blur, {}, CacheRead{"in", "pre", "post"}, "there already is a stage 'post'");
  expect_refused(blur, {}, CacheRead{"in", "pre", "in"}, "there already is an input 'in'");
  expect_refused(blur, {}, CacheRead{"in", "blur", "c"}, "stage 'blur' does not read 'in'");
  expect_refused(blur, {CacheRead{"in", "pre", "c"}}, CacheRead{"in", "pre", "d"}, "stage 'pre' does not read 'in'");
  const std::string not_at_root = "stage 'pre' is not computed in a nest of its own";
  expect_refused(blur, {Inline{"pre"}}, CacheRead{"pre", "blur", "c"}, not_at_root);
  expect_refused(blur, {ComputeAt{"pre", "blur", "y"}}, CacheRead{"pre", "blur", "c"}, not_at_root);
  expect_refused(blur, {CacheWrite{"blur", "copy"}}, CacheRead{"blur", "copy", "c"}, "stage 'copy' is a copy itself");
}

}  // namespace
}  // namespace tilecast
