// The rules one by one, on small programs by hand.
#include "space/rules/rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "../../schedule/test_programs.h"
#include "space/rules/loops.h"
#include "space/rules/pack_constants.h"
#include "space/rules/register_tile.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

Hardware avx512() {
  Hardware hardware;
  hardware.vector_bytes = 64;
  hardware.vector_registers = 32;
  return hardware;
}

// A builder whose decisions are the likeliest ones.
class RulesTest : public ::testing::Test {
 protected:
  ScheduleBuilder builder(const State& state, int threads = 2) { return {state, likeliest_, hardware_, threads}; }

  Hardware hardware_ = avx512();
  LikeliestDecisions likeliest_;
};

TEST_F(RulesTest, BuilderKeepsWhatWasLegal) {
  ScheduleBuilder b = builder(blur_state(8, 6));
  EXPECT_TRUE(b.apply(Unroll{"post", "x"}));
  EXPECT_FALSE(b.try_apply(Unroll{"post", "z"}));
  EXPECT_FALSE(b.failed());
  EXPECT_EQ(nest(b.state(), "post"), "y:6 unrolled x:8");
  EXPECT_FALSE(b.apply(Unroll{"post", "z"}));
  ASSERT_TRUE(b.failed());
  EXPECT_EQ(b.illegal()->reason, "stage 'post' has no loop 'z'");
  b.reject("another reason");
  EXPECT_EQ(b.illegal()->reason, "stage 'post' has no loop 'z'") << "the first reason counts";
  EXPECT_FALSE(b.apply(Parallel{"post", "y"}));
  EXPECT_FALSE(b.try_apply(Parallel{"post", "y"}));
  EXPECT_EQ(b.take_trajectory(), Trajectory{Action(Unroll{"post", "x"})});
}

TEST_F(RulesTest, LoopNamesFit) {
  EXPECT_EQ(rules::loop_name("x", ".o"), Name("x.o"));
  EXPECT_EQ(rules::loop_name("a name of 23 characters", ".out"), Name("a name of 23 charac.out"));
}

TEST_F(RulesTest, SplitsWhereTheFactorIsLess) {
  ScheduleBuilder b = builder(blur_state(8, 6));
  const rules::SplitLoops whole = rules::split_loop(b, "post", "x", 8, ".o", ".i");
  EXPECT_FALSE(whole.outer.has_value());
  EXPECT_EQ(whole.inner, Name("x"));
  EXPECT_TRUE(b.trajectory().empty());
  const rules::SplitLoops parts = rules::split_loop(b, "post", "x", 4, ".o", ".i");
  EXPECT_EQ(parts.outer, Name("x.o"));
  EXPECT_EQ(nest(b.state(), "post"), "y:6 x.o:2 x.i:4");
  EXPECT_EQ(rules::loop_extent(b, "post", "x.i"), 4);
  EXPECT_EQ(rules::loop_extent(b, "post", "x"), 1) << "no loop any more";
}

TEST_F(RulesTest, FusesFromTheOutside) {
  ScheduleBuilder b = builder(scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 4}}));
  EXPECT_EQ(rules::fuse_prefix(b, "post", {"y", "o", "i"}, 1), (std::vector<Name>{"y", "o", "i"}));
  EXPECT_EQ(rules::fuse_prefix(b, "post", {"y", "o", "i"}, 3), std::vector<Name>{"par"});
  EXPECT_EQ(nest(b.state(), "post"), "par:48");
}

TEST_F(RulesTest, ThreadsAreBusyWhenChunksDivide) {
  EXPECT_EQ(rules::parallel_balance(4, 2), 1);
  EXPECT_EQ(rules::parallel_balance(3, 2), 0.75);
  EXPECT_EQ(rules::parallel_balance(1, 2), 0.5);
  EXPECT_EQ(rules::parallel_balance(5, 1), 1);
}

TEST_F(RulesTest, ParallelLoopsAreForSeveralThreads) {
  ScheduleBuilder one = builder(blur_state(8, 6), 1);
  EXPECT_EQ(rules::parallelize(one, "post", {"y", "x"}), (std::vector<Name>{"y", "x"}));
  EXPECT_TRUE(one.trajectory().empty());
  ScheduleBuilder two = builder(blur_state(8, 6));
  EXPECT_EQ(rules::parallelize(two, "post", {"y", "x"}), (std::vector<Name>{"y", "x"}));
  EXPECT_EQ(nest(two.state(), "post"), "parallel y:6 x:8");
  ScheduleBuilder single = builder(blur_state(1, 1));
  rules::parallelize(single, "post", {"y", "x"});
  EXPECT_TRUE(single.trajectory().empty()) << "one iteration";
  ScheduleBuilder row = builder(blur_state(8, 1));
  EXPECT_EQ(rules::parallelize(row, "post", {"y", "x"}), std::vector<Name>{"par"});
  EXPECT_EQ(nest(row.state(), "post"), "parallel par:8") << "one row alone would keep one thread";
}

TEST_F(RulesTest, LanesFitTheExtent) {
  ScheduleBuilder b = builder(blur_state(8, 6));
  EXPECT_EQ(rules::choose_lanes(b, "post", 1), 1);
  EXPECT_EQ(rules::choose_lanes(b, "post", 3), 3);
  EXPECT_EQ(rules::choose_lanes(b, "post", 7), 7);
  EXPECT_EQ(rules::choose_lanes(b, "post", 8), 8);
  EXPECT_EQ(rules::choose_lanes(b, "post", 64), 16);
}

TEST_F(RulesTest, RegisterTilesFitTheRegisters) {
  std::printf("seed 9\n");
  Random random(9);
  for (const int registers : {4, 16, 32}) {
    hardware_.vector_registers = registers;
    for (int i = 0; i < 200; ++i) {
      SampledDecisions sampled(random);
      ScheduleBuilder b(blur_state(8, 6), sampled, hardware_, 2);
      const std::vector<std::int64_t> extents = {static_cast<std::int64_t>(1 + random.below(100)),
                                                 static_cast<std::int64_t>(1 + random.below(30)),
                                                 static_cast<std::int64_t>(1 + random.below(30))};
      const rules::RegisterTile tile = rules::choose_register_tile(b, "post", extents, {true, true, true});
      ASSERT_EQ(tile.extents.size(), 3U);
      EXPECT_EQ(tile.extents[0] % tile.lanes, 0);
      EXPECT_LE(tile.lanes, std::max<std::int64_t>(extents[0], 1));
      EXPECT_LE(tile.extents[1], extents[1]);
      EXPECT_LE(tile.extents[2], extents[2]);
      EXPECT_LE(tile.extents[0] / tile.lanes * tile.extents[1] * tile.extents[2], std::max(1, registers - 4));
    }
  }
}

TEST_F(RulesTest, LikeliestRegisterTilesLeaveRegistersForWhatIsLoaded) {
  for (const int registers : {16, 32}) {
    hardware_.vector_registers = registers;
    hardware_.vector_bytes = registers == 16 ? 32 : 64;
    ScheduleBuilder b = builder(blur_state(8, 6));
    const rules::RegisterTile tile = rules::choose_register_tile(b, "post", {768, 96}, {true, true});
    const std::int64_t vectors = tile.extents[0] / tile.lanes;
    const std::int64_t accumulators = vectors * tile.extents[1];
    EXPECT_GT(vectors, 1);
    EXPECT_GE(accumulators, registers == 16 ? 12 : 24);
    EXPECT_LE(accumulators + vectors + (registers == 16 ? 1 : 0), registers);
    if (registers == 16) {
      EXPECT_LE(tile.extents[1], 6) << "a scalar costs as much as a vector";
    }
  }
}

TEST_F(RulesTest, RegisterTilesTakeRowsOfABatchOnlyWithoutOthers) {
  std::printf("seed 4\n");
  Random random(4);
  bool batch_rows = false;
  for (int i = 0; i < 50; ++i) {
    SampledDecisions sampled(random);
    ScheduleBuilder b(blur_state(8, 6), sampled, hardware_, 2);
    EXPECT_EQ(rules::choose_register_tile(b, "post", {64, 12, 36}, {false, true, false}).extents[2], 1);
    batch_rows = batch_rows || rules::choose_register_tile(b, "post", {64, 2, 36}, {false, true, false}).extents[2] > 1;
  }
  EXPECT_TRUE(batch_rows);
}

TEST_F(RulesTest, ConstantsArePackedInTilesOfTheInnermostAxis) {
  ScheduleBuilder b = builder(product_state(32, 4, 12));
  rules::pack_constants(b, "product", 8, {0});
  const std::vector<PackPart> parts = {{0, 8}, {1, 12}, {0, 4}};
  ASSERT_NE(b.state().packed_input(1), nullptr);
  EXPECT_EQ(b.state().packed_input(1)->parts, parts);
  EXPECT_EQ(b.trajectory(), Trajectory{Action(Pack{"b", parts})}) << "`a` is not constant";
  rules::pack_constants(b, "product", 8, {0});
  EXPECT_EQ(b.trajectory().size(), 1U) << "once";
}

TEST_F(RulesTest, ConstantsThatFitOneTileStayPlain) {
  ScheduleBuilder b = builder(product_state(32, 4, 12));
  rules::pack_constants(b, "product", 32, {0});
  EXPECT_TRUE(b.trajectory().empty());
}

TEST_F(RulesTest, CheapStagesAreInlined) {
  const State state = blur_state(8, 6);
  ScheduleBuilder b = builder(state);
  rules::inline_cheap_stages(b, stage_roles(state));
  EXPECT_EQ(b.trajectory(), (Trajectory{Inline{"pre"}, Inline{"blur"}}));
}

TEST_F(RulesTest, UntouchedStagesHaveNoScheduleYet) {
  const State state = blur_state(8, 6);
  const auto touched = [&](const Trajectory& trajectory) {
    return !rules::is_untouched(scheduled(state, trajectory).stage(1));
  };
  EXPECT_FALSE(touched({}));
  EXPECT_FALSE(touched({Unroll{"post", "x"}}));
  EXPECT_TRUE(touched({Unroll{"blur", "x"}}));
  EXPECT_TRUE(touched({Split{"blur", "x", "o", "i", 2}}));
  EXPECT_TRUE(touched({StoreIn{"blur", Storage::kHeap}}));
  EXPECT_TRUE(touched({ComputeAt{"blur", "post", "y"}}));
  EXPECT_TRUE(touched({Inline{"blur"}}));
}

State row_sums(std::int64_t columns) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {columns, 6}}};
  StageMaker rows("rows", {{"y", 0, 6}}, {{"x", 0, columns}});
  const std::int32_t x = rows.axis(1);
  rows.load(0, {x, rows.axis(0)});
  dag.stages = {rows.make()};
  return state_of(dag);
}

TEST_F(RulesTest, RowReductionsKeepAVectorOfPartialResults) {
  ScheduleBuilder b = builder(row_sums(64));
  rules::factor_row_reduction(b, 0);
  ASSERT_FALSE(b.failed()) << b.illegal()->reason;
  EXPECT_EQ(nest(b.state(), "rows.rf"), "v:16 y:6 reducing x.o:4");
  ScheduleBuilder ragged = builder(row_sums(30));
  rules::factor_row_reduction(ragged, 0);
  EXPECT_TRUE(ragged.trajectory().empty()) << "no number of vectors divides 30";
}

TEST_F(RulesTest, RootNestsHaveVectorsAndParallelRows) {
  ScheduleBuilder b = builder(blur_state(64, 6));
  rules::schedule_root_nest(b, 2);
  ASSERT_FALSE(b.failed()) << b.illegal()->reason;
  const StageState& post = b.state().stage(2);
  EXPECT_EQ(post.loop_at(0).annotation, Annotation::kParallel);
  EXPECT_EQ(post.loop_at(post.loops.size() - 1).annotation, Annotation::kVectorized);
  EXPECT_EQ(post.loop_at(post.loops.size() - 1).extent, 16);
}

// copy[x, y, z] = in[y, x, z]
State transposition() {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {40, 64, 6}}};
  StageMaker copy("copy", {{"x", 0, 64}, {"y", 0, 40}, {"z", 0, 6}});
  const std::int32_t y = copy.axis(1);
  copy.load(0, {y, copy.axis(0), copy.axis(2)});
  dag.stages = {copy.make()};
  return state_of(dag);
}

TEST_F(RulesTest, TranspositionsUseUpTheLinesThatTheyRead) {
  ScheduleBuilder b = builder(transposition());
  rules::schedule_root_nest(b, 0);
  ASSERT_FALSE(b.failed()) << b.illegal()->reason;
  EXPECT_EQ(nest(b.state(), "copy"), "parallel par:24 y:40 vectorized x.v:16");
}

State chained_products(std::int64_t rows, std::int64_t columns) {
  ComputeDag dag;
  dag.inputs = {{"a", DataType::kFloat32, {32, rows}},
                {"b", DataType::kFloat32, {columns, 32}},
                {"c", DataType::kFloat32, {64, columns}}};
  StageMaker first("first", {{"n", 0, columns}, {"m", 0, rows}}, {{"k", 0, 32}});
  const std::int32_t left = first.load(0, {first.axis(2), first.axis(1)});
  first.op(ExprOp::kMul, left, first.load(1, {first.axis(0), first.axis(2)}));
  StageMaker second("second", {{"n", 0, 64}, {"m", 0, rows}}, {{"k", 0, columns}});
  const std::int32_t again = second.load(3, {second.axis(2), second.axis(1)});
  second.op(ExprOp::kMul, again, second.load(2, {second.axis(0), second.axis(2)}));
  dag.stages = {first.make(), second.make()};
  return state_of(dag);
}

TEST_F(RulesTest, ChainsComputeEarlierProductsInBlocksOfRows) {
  const State state = chained_products(96, 48);
  const auto roles = stage_roles(state);
  ScheduleBuilder b = builder(state);
  rules::schedule_chain(b, 1, roles);
  ASSERT_FALSE(b.failed()) << b.illegal()->reason;
  const State& chained = b.state();
  const Location copy = chained.stage(*chained.find_stage("first.out")).location;
  EXPECT_EQ(copy.placement, Placement::kAt);
  EXPECT_EQ(chained.stage(copy.host).name(), Name("second.out"));
  const std::vector<std::int64_t> block = chained.region(*chained.find_stage("first.out"));
  EXPECT_EQ(block[0], 48) << "all that the rows need";
  EXPECT_LT(block[1], 96) << "not all rows";
}

TEST_F(RulesTest, ChainsOfOneBlockAreRefused) {
  const State state = chained_products(1, 48);
  ScheduleBuilder b = builder(state);
  rules::schedule_chain(b, 1, stage_roles(state));
  ASSERT_TRUE(b.failed());
  EXPECT_EQ(b.illegal()->reason, "there is one block of rows");
}

TEST_F(RulesTest, ReductionsAreSplitIntoEqualParts) {
  ScheduleBuilder b = builder(product_state(8, 2, 1024));
  const auto partial = rules::split_reduction(b, 0);
  ASSERT_TRUE(partial.has_value()) << b.illegal()->reason;
  EXPECT_EQ(b.state().stage(*partial).name(), Name("product.sum"));
  EXPECT_EQ(b.state().stage(*partial).def->spatial.back().extent, 2);
  ScheduleBuilder odd = builder(product_state(8, 2, 1023));
  EXPECT_FALSE(rules::split_reduction(odd, 0).has_value());
  EXPECT_EQ(odd.illegal()->reason, "the reduction has no parts of equal length");
}

// Whatever is decided about its place, the rest of the program stays legal and the stage is scheduled or gone.
TEST_F(RulesTest, StagesArePlacedSomewhere) {
  std::printf("seed 5\n");
  Random random(5);
  bool inside = false;
  bool inlined = false;
  bool root = false;
  for (int i = 0; i < 200; ++i) {
    SampledDecisions sampled(random);
    ScheduleBuilder b(blur_state(48, 6), sampled, hardware_, 2);
    rules::schedule_root_nest(b, 2);
    rules::place_stage(b, 1);
    ASSERT_FALSE(b.failed()) << b.illegal()->reason << "\n" << to_text(b.trajectory());
    const Placement placement = b.state().stage(1).location.placement;
    inside |= placement == Placement::kAt;
    inlined |= placement == Placement::kInlined;
    root |= placement == Placement::kRoot;
    EXPECT_FALSE(rules::is_untouched(b.state().stage(1))) << to_text(b.trajectory());
  }
  EXPECT_TRUE(inside);
  EXPECT_TRUE(inlined);
  EXPECT_TRUE(root);
}

}  // namespace
}  // namespace tilecast
