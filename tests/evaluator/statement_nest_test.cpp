#include "evaluator/statement_nest.h"

#include <gtest/gtest.h>

#include "../schedule/test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

using Extents = std::vector<std::int64_t>;

Extents copy(std::span<const std::int64_t> extents) {
  return {extents.begin(), extents.end()};
}

// The nest of a stage; the analyzer keeps it.
const StatementNest& nest_of(NestAnalyzer& analyzer, const State& state, const Name& stage) {
  for (const StatementNest& nest : analyzer.analyze(state)) {
    if (nest.state->name() == stage) return nest;
  }
  throw std::logic_error("no nest of stage " + stage.str());
}

TEST(StatementNest, OfAStageInItsOwnNest) {
  const State state = product_state(8, 4, 12);
  NestAnalyzer analyzer;
  const StatementNest& nest = nest_of(analyzer, state, "product");
  ASSERT_EQ(nest.loops.size(), 3U);
  EXPECT_EQ(nest.loops[2].extent, 12);
  EXPECT_EQ(nest.loops[2].kind, LoopKind::kReduction);
  EXPECT_EQ(nest.own_begin, 0U);
  EXPECT_EQ(nest.iterations(), 8 * 4 * 12);
  EXPECT_EQ(nest.domain_points, 8 * 4 * 12);
  EXPECT_EQ(nest.counts.float_mul, 1);
  EXPECT_EQ(nest.counts.float_add, 1);
  EXPECT_EQ(copy(nest.extents_at(0)), (Extents{8, 4, 12}));
  EXPECT_EQ(copy(nest.extents_at(1)), (Extents{8, 1, 12}));
  EXPECT_EQ(copy(nest.extents_at(3)), (Extents{1, 1, 1}));

  ASSERT_EQ(nest.uses.size(), 3U);
  EXPECT_TRUE(nest.uses[0].is_write);
  EXPECT_EQ(nest.uses[0].buffer, 2);
  EXPECT_EQ(copy(nest.box(nest.uses[0], 0)), (Extents{8, 4}));
  EXPECT_EQ(copy(nest.box(nest.uses[0], 2)), (Extents{1, 1}));
  EXPECT_EQ(nest.uses[1].buffer, 0);
  EXPECT_EQ(copy(nest.box(nest.uses[1], 0)), (Extents{12, 4}));
  EXPECT_EQ(copy(nest.box(nest.uses[1], 1)), (Extents{12, 1}));
  EXPECT_EQ(nest.uses[2].buffer, 1);
  EXPECT_EQ(copy(nest.box(nest.uses[2], 1)), (Extents{8, 12}));
  EXPECT_EQ(copy(nest.box(nest.uses[2], 2)), (Extents{1, 12}));
}

TEST(StatementNest, ReadersComeFirst) {
  NestAnalyzer analyzer;
  const State state = blur_state(8, 6);
  std::vector<std::string> names;
  for (const StatementNest& nest : analyzer.analyze(state)) names.push_back(nest.state->name().str());
  EXPECT_EQ(names, (std::vector<std::string>{"post", "blur", "pre"}));
}

TEST(StatementNest, LoopsOfTheHostComeFirst) {
  const State state = scheduled(product_state(8, 4, 12), {Parallel{"relu", "m"}, ComputeAt{"product", "relu", "m"}});
  NestAnalyzer analyzer;
  const StatementNest& nest = nest_of(analyzer, state, "product");
  ASSERT_EQ(nest.loops.size(), 4U);
  EXPECT_EQ(nest.own_begin, 1U);
  EXPECT_EQ(nest.loops[0].annotation, Annotation::kParallel);
  EXPECT_EQ(nest.loops[0].extent, 4);
  EXPECT_EQ(nest.iterations(), 8 * 4 * 12);
  EXPECT_EQ(copy(nest.extents_at(0)), (Extents{8, 4, 12}));
  EXPECT_EQ(copy(nest.extents_at(1)), (Extents{8, 1, 12}));
}

TEST(StatementNest, CountsWhatIsComputedTwice) {
  const State state = scheduled(blur_state(8, 6), {ComputeAt{"pre", "blur", "x"}});
  NestAnalyzer analyzer;
  const StatementNest& nest = nest_of(analyzer, state, "pre");
  EXPECT_EQ(nest.iterations(), 6 * 8 * 3);
  EXPECT_EQ(nest.domain_points, 60);
}

TEST(StatementNest, ReadsThroughInlinedStages) {
  const State state = scheduled(blur_state(8, 6), {Inline{"pre"}});
  NestAnalyzer analyzer;
  const StatementNest& nest = nest_of(analyzer, state, "blur");
  EXPECT_EQ(nest.counts.float_add, 2);
  EXPECT_EQ(nest.counts.float_mul, 3) << "`pre` is computed for each of the three reads";
  ASSERT_EQ(nest.uses.size(), 2U);
  EXPECT_EQ(nest.uses[1].buffer, 0);
  EXPECT_EQ(nest.uses[1].loads, 3);
  EXPECT_EQ(copy(nest.box(nest.uses[1], 0)), (Extents{10, 6}));
  EXPECT_EQ(copy(nest.box(nest.uses[1], 2)), (Extents{3, 1}));
}

TEST(StatementNest, LayoutsHaveStrides) {
  const State plain = product_state(8, 4, 12);
  const State packed = scheduled(plain, {Pack{"b", {{0, 4}, {1, 12}, {0, 2}}}});
  NestAnalyzer analyzer;
  const auto strides = [&](const State& state) {
    std::vector<double> result;
    for (const LayoutPart& part : nest_of(analyzer, state, "product").layout_of(2)) result.push_back(part.stride);
    return result;
  };
  EXPECT_EQ(strides(plain), (std::vector<double>{1, 8}));
  EXPECT_EQ(strides(packed), (std::vector<double>{1, 4, 48}));
}

TEST(StatementNest, AnAnalyzerForgetsTheStateBefore) {
  const State large = scheduled(blur_state(8, 6), {ComputeAt{"blur", "post", "y"}, ComputeAt{"pre", "blur", "y"}});
  const State small = product_state(8, 4, 12);
  NestAnalyzer used;
  used.analyze(large);
  NestAnalyzer fresh;
  const auto again = used.analyze(small);
  const auto first = fresh.analyze(small);
  ASSERT_EQ(again.size(), first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(again[i].boxes, first[i].boxes);
    EXPECT_EQ(again[i].axis_extents, first[i].axis_extents);
    EXPECT_EQ(again[i].loops.size(), first[i].loops.size());
    EXPECT_EQ(again[i].uses.size(), first[i].uses.size());
    EXPECT_EQ(again[i].counts, first[i].counts);
  }
}

TEST(BoxElements, EmptyDimensionsCountAsOne) {
  EXPECT_EQ(box_elements(Extents{}), 1);
  EXPECT_EQ(box_elements(Extents{3, 4}), 12);
  EXPECT_EQ(box_elements(Extents{3, 0}), 3);
}

}  // namespace
}  // namespace tilecast
