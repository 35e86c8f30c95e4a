#include "schedule/region.h"

#include <gtest/gtest.h>

#include <functional>

#include "test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

using Extents = std::vector<std::int64_t>;
constexpr BufferId kIn = 0;

// pre = 2 in, `extent` values; reader[x] = pre[index(x)] for `count` values of x.
State indexed_state(std::int64_t extent, std::int64_t count,
                    const std::function<std::int32_t(StageMaker&, std::int32_t)>& index) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {extent}}};
  StageMaker pre("pre", {{"x", 0, extent}});
  const std::int32_t element = pre.load(0, {pre.axis(0)});
  pre.op(ExprOp::kMul, element, pre.real(2));
  StageMaker reader("reader", {{"x", 0, count}});
  const std::int32_t x = reader.axis(0);
  reader.load(1, {index(reader, x)});
  dag.stages = {pre.make(), reader.make()};
  return state_of(std::move(dag));
}

// Extents of `pre` when it is computed for tiles of `tile` values of its reader.
std::int64_t tile_region(const State& state, std::int64_t tile) {
  return scheduled(state, {Split{"reader", "x", "o", "i", tile}, ComputeAt{"pre", "reader", "o"}}).region(0)[0];
}

TEST(Region, FollowsSteps) {
  const State strided =
      indexed_state(32, 16, [](StageMaker& m, std::int32_t x) { return m.op(ExprOp::kMul, x, m.whole(2)); });
  EXPECT_EQ(tile_region(strided, 1), 1);
  EXPECT_EQ(tile_region(strided, 4), 7);
  const State mirrored =
      indexed_state(16, 16, [](StageMaker& m, std::int32_t x) { return m.op(ExprOp::kSub, m.whole(15), x); });
  EXPECT_EQ(tile_region(mirrored, 4), 4);
}

TEST(Region, FollowsDivisionsOfAlignedTiles) {
  const State halved =
      indexed_state(8, 16, [](StageMaker& m, std::int32_t x) { return m.op(ExprOp::kDiv, x, m.whole(2)); });
  EXPECT_EQ(tile_region(halved, 4), 2);
  EXPECT_EQ(tile_region(halved, 2), 1);
  EXPECT_EQ(tile_region(halved, 3), 2) << "3 values may lie in 2 pairs wherever they begin";
}

TEST(Region, FollowsRemainders) {
  const State wrapped =
      indexed_state(4, 16, [](StageMaker& m, std::int32_t x) { return m.op(ExprOp::kMod, x, m.whole(4)); });
  EXPECT_EQ(tile_region(wrapped, 8), 4);
  EXPECT_EQ(tile_region(wrapped, 2), 4) << "which two of the four is not known";
}

TEST(Region, IndicesThatAreNotAffineNeedEverything) {
  const State squared = indexed_state(16, 4, [](StageMaker& m, std::int32_t x) { return m.op(ExprOp::kMul, x, x); });
  EXPECT_EQ(tile_region(squared, 1), 16);
}

// Two reads whose distance changes from tile to tile.
TEST(Region, OfReadsThatMoveApartIsTheWhole) {
  ComputeDag dag = blur_state(8, 1).dag();
  StageMaker both("both", {{"x", 0, 4}, {"y", 0, 1}});
  const std::int32_t x = both.axis(0);
  const std::int32_t y = both.axis(1);
  const std::int32_t near = both.load(2, {x, y});
  const std::int32_t far = both.op(ExprOp::kSub, both.whole(7), x);
  both.op(ExprOp::kAdd, near, both.load(2, {far, y}));
  dag.stages[2] = both.make();
  const State state = scheduled(state_of(dag), {ComputeAt{"blur", "both", "x"}});
  EXPECT_EQ(state.region(1), (Extents{8, 1}));
}

TEST(Region, OfWindowsGrowsFromReaderToRead) {
  const State state =
      scheduled(blur_state(16, 6), {Split{"post", "x", "xo", "xi", 4}, Split{"post", "y", "yo", "yi", 2},
                                    Reorder{"post", {"yo", "xo", "yi", "xi"}}, ComputeAt{"blur", "post", "xo"},
                                    ComputeAt{"pre", "post", "xo"}});
  EXPECT_EQ(state.region(1), (Extents{4, 2}));
  EXPECT_EQ(state.region(0), (Extents{6, 2}));
  EXPECT_EQ(applied(state, ComputeAt{"pre", "post", "yo"}).region(0), (Extents{18, 2}));
}

// Tiles at the end are computed whole, so that what lies inside of them is the same for every tile.
TEST(Region, OfTilesThatDoNotDivideIsThatOfAWholeTile) {
  const State state = scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 3}, ComputeAt{"blur", "post", "o"},
                                                   ComputeAt{"pre", "post", "o"}});
  EXPECT_EQ(state.region(1), (Extents{3, 1}));
  EXPECT_EQ(state.region(0), (Extents{5, 1}));
  const State outer = scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 3}, ComputeAt{"blur", "post", "y"},
                                                   ComputeAt{"pre", "blur", "y"}});
  EXPECT_EQ(outer.region(1), (Extents{8, 1}));
  EXPECT_EQ(outer.region(0), (Extents{10, 1}));
}

TEST(RequiredRegion, IsThatOfComputeAtWithoutMovingTheStage) {
  const State state = blur_state(8, 6);
  const auto region = required_region(state, 0, 1, 1);
  ASSERT_TRUE(region.ok()) << region.error().reason;
  EXPECT_EQ(*region, (Extents{10, 1}));
  EXPECT_EQ(state.region(0), (Extents{10, 6}));
  const auto outside = required_region(state, 0, 2, 1);
  ASSERT_FALSE(outside.ok());
  EXPECT_EQ(outside.error().reason, "not all readers of stage 'pre' are inside loop 'y' of stage 'post'");
}

TEST(RequiredBox, SaysWhetherAReaderIsOutside) {
  const State state = blur_state(8, 6);
  bool outside = true;
  const std::vector<Interval> inside = required_box(state, state.buffer_of(0), {1, 0}, outside);
  EXPECT_FALSE(outside);
  ASSERT_EQ(inside.size(), 2U);
  EXPECT_TRUE(inside[0].known);
  EXPECT_EQ(inside[0].low, 0);
  EXPECT_EQ(inside[0].high, 9);
  EXPECT_TRUE(required_box(state, state.buffer_of(0), {2, 0}, outside).empty());
  EXPECT_TRUE(outside);
}

TEST(Footprint, OfWhatTheLoopsRead) {
  const State state = scheduled(blur_state(8, 6), {ComputeAt{"pre", "blur", "y"}, Split{"blur", "x", "o", "i", 4}});
  const StageId blur = 1;
  EXPECT_EQ(state.footprint(kIn, blur, 0), (Extents{10, 6}));
  EXPECT_EQ(state.footprint(kIn, blur, 1), (Extents{10, 1}));
  EXPECT_EQ(state.footprint(kIn, blur, 2), (Extents{0, 0})) << "`pre` is computed outside of this depth";
  EXPECT_EQ(state.footprint(state.buffer_of(0), blur, 2), (Extents{6, 1}));
  EXPECT_EQ(state.footprint(state.buffer_of(0), blur, 3), (Extents{3, 1}));
  EXPECT_EQ(state.footprint(kIn, 2, 0), (Extents{0, 0})) << "`post` does not read the input";
}

TEST(Footprint, OfAnInputEndsWhereTheInputEnds) {
  const State state = scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 3}, ComputeAt{"blur", "post", "o"},
                                                   ComputeAt{"pre", "post", "o"}});
  EXPECT_EQ(state.footprint(kIn, 2, 0), (Extents{10, 6})) << "the last tile would need 11 values";
  EXPECT_EQ(state.footprint(kIn, 2, 2), (Extents{5, 1}));
}

TEST(Overrun, NeedsTilesThatDoNotDivide) {
  const State state = blur_state(8, 6);
  EXPECT_EQ(overrun_dimensions(state, kIn), (std::vector<bool>{false, false}));
  const Trajectory inside = {ComputeAt{"blur", "post", "o"}, ComputeAt{"pre", "post", "o"}};
  const auto overrun = [&](std::int64_t factor) {
    Trajectory trajectory = {Split{"post", "x", "o", "i", factor}};
    trajectory.insert(trajectory.end(), inside.begin(), inside.end());
    return overrun_dimensions(scheduled(state, trajectory), kIn);
  };
  EXPECT_EQ(overrun(4), (std::vector<bool>{false, false}));
  EXPECT_EQ(overrun(3), (std::vector<bool>{true, false}));
}

TEST(Overrun, PaddingOfAPackedLayoutIsThere) {
  const auto overrun = [](const Trajectory& packs) {
    Trajectory trajectory = {Split{"relu", "n", "o", "i", 4}, ComputeAt{"product", "relu", "o"}};
    trajectory.insert(trajectory.end(), packs.begin(), packs.end());
    return overrun_dimensions(scheduled(product_state(7, 4, 12), trajectory), 1);
  };
  EXPECT_EQ(overrun({}), (std::vector<bool>{true, false}));
  EXPECT_EQ(overrun({Pack{"b", {{0, 4}, {1, 12}, {0, 2}}}}), (std::vector<bool>{false, false}));
  EXPECT_EQ(overrun({Pack{"b", {{0, 7}, {1, 12}}}}), (std::vector<bool>{true, false}));
}

}  // namespace
}  // namespace tilecast
