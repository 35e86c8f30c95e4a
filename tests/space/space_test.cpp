#include "space/space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "../codegen/test_kernels.h"
#include "codegen/codegen.h"
#include "schedule/state.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

Hardware avx512() {
  Hardware hardware;
  hardware.cores = 2;
  hardware.vector_bytes = 64;
  hardware.vector_registers = 32;
  return hardware;
}

std::vector<Task> tasks() {
  return {conv_task(14, 13, 8, 40, 3, 1),
          conv_task(12, 12, 16, 32, 1, 1),
          conv_task(14, 11, 32, 48, 3, 1),
          conv_task(14, 14, 64, 64, 3, 1, 16),
          conv_task(14, 14, 24, 24, 3, 2, 3),
          depthwise_task(14, 24, 2),
          deconv_task(8, 16, 24),
          dense_task(24, 64, 100),
          dense_task(1, 64, 70),
          matmul_task(3, 20, 16, 33, true),
          softmax_task(24, 64),
          batch_softmax_task(3, 16, 24),
          layer_norm_task(12, 96),
          pool_task(12, 20, false),
          attention_task(4, 24, 16, 32, true),
          attention_task(4, 24, 20, 16, false),
          fused_attention_task(3, 37, 16),
          fused_attention_task(2, 48, 32),
          separable_task(14, 24, 40, 1),
          separable_task(15, 16, 33, 2),
          dense_task(2, 1024, 24),
          channels_first_task(17, 3, 32),
          vector_task(1),
          vector_task(7),
          vector_task(16),
          vector_task(33),
          vector_softmax_task(7),
          vector_softmax_task(64),
          plane_norm_task(3, 5, 4),
          plane_norm_task(1, 4, 48),
          cum_sum_task(12, 48),
          top_values_task(6, 64, 5),
          top_values_task(24, 64, 1),
          scatter_task(40, 16, "none"),
          scatter_task(33, 12, "add")};
}

class SpaceTest : public ::testing::TestWithParam<Task> {};

// Samples, mutants and children of every sketch are legal, replay from their decisions, and compute the right result.
TEST_P(SpaceTest, CandidatesAreCorrect) {
  const char* runs = std::getenv("TILECAST_PROPERTY_RUNS");
  const int count = runs == nullptr ? 4 : std::atoi(runs);
  const auto context = make_task_context(GetParam());
  ASSERT_TRUE(context.ok()) << context.error().message;
  const auto space = Space::create(*context, avx512(), 2);
  Random random(11);
  std::printf("seed 11, %d candidates\n", count);
  Candidate candidate = space->default_candidate();
  std::optional<Candidate> before;
  for (int i = 0; i < count; ++i) {
    const auto state = replay(context->initial, candidate.trajectory);
    ASSERT_TRUE(state.ok()) << state.error().reason;
    const auto again = space->expand(candidate.sketch, candidate.decisions);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->trajectory, candidate.trajectory);
    // Every other one with rows that lie apart.
    const auto run = compile_and_run(*context, *state, 3, 2, 5 * (i % 2));
    ASSERT_TRUE(run.ok()) << run.error().message << "\n" << to_text(candidate.trajectory);
    EXPECT_LT(interpreter_difference(*context, context->initial, *run, 200), 1e-4) << to_text(candidate.trajectory);
    std::optional<Candidate> next;
    if (i % 3 == 1) next = space->mutate(candidate, random);
    if (i % 3 == 2 && before) next = space->crossover(candidate, *before, random);
    before = candidate;
    candidate = next ? *next : space->sample(random);
  }
}

INSTANTIATE_TEST_SUITE_P(Tasks, SpaceTest, ::testing::ValuesIn(tasks()),
                         [](const auto& test) { return test.param.name + std::to_string(test.index); });

State default_state(const TaskContext& context) {
  return *replay(context.initial, Space::create(context, avx512(), 2)->default_candidate().trajectory);
}

TEST(Space, DefaultOfADepthwiseConvolutionReadsWithoutAPaddedCopyAndUnrollsARowOfTaps) {
  const auto context = make_task_context(depthwise_task(56, 144, 2));
  ASSERT_TRUE(context.ok());
  const State state = default_state(*context);
  EXPECT_EQ(state.stage(*state.find_stage("conv0.pad")).location.placement, Placement::kInlined);
  const StageState& conv = state.stage(*state.find_stage("conv0"));
  const LoopVar& taps = conv.vars[static_cast<std::size_t>(*conv.find_loop("ky"))];
  EXPECT_EQ(taps.annotation, Annotation::kUnrolled);
  EXPECT_LT(conv.position(*conv.find_loop("kx")), conv.position(*conv.find_loop("ky")));
  const StageState& host = state.stage(conv.location.host);
  EXPECT_EQ(host.loop_at(0).name, Name("c.o")) << "blocks of channels, in parallel";
}

TEST(Space, DefaultOfAConvolutionOverManyChannelsPadsInACopy) {
  const auto context = make_task_context(conv_task(56, 56, 32, 64, 3, 2));
  ASSERT_TRUE(context.ok());
  const State state = default_state(*context);
  EXPECT_NE(state.stage(*state.find_stage("conv0.pad")).location.placement, Placement::kInlined);
}

TEST(Space, SamplesDifferAndOneSeedRepeats) {
  const auto context = make_task_context(conv_task(28, 28, 32, 64, 3, 1));
  ASSERT_TRUE(context.ok());
  const auto space = Space::create(*context, avx512(), 2);
  Random a(5);
  Random b(5);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) {
    const Candidate candidate = space->sample(a);
    EXPECT_EQ(candidate.trajectory, space->sample(b).trajectory);
    seen.insert(trajectory_hash(candidate.trajectory));
  }
  EXPECT_GT(seen.size(), 90U);
}

// The default and a few samples of each algorithm of a convolution.
TEST(Space, EveryAlgorithmIsSampledAndCorrect) {
  const auto context = make_task_context(conv_task(14, 11, 32, 48, 3, 1));
  ASSERT_TRUE(context.ok());
  const auto space = Space::create(*context, avx512(), 2);
  Random random(3);
  std::map<std::string, int> seen;
  for (int i = 0; i < 400 && (seen.size() < 3 || i < 20); ++i) {
    const Candidate candidate = space->sample(random);
    const auto state = replay(context->initial, candidate.trajectory);
    ASSERT_TRUE(state.ok()) << state.error().reason;
    if (seen[state->algorithm().str()]++ >= 2) continue;
    const auto run = compile_and_run(*context, *state, 3);
    ASSERT_TRUE(run.ok()) << run.error().message << "\n" << to_text(candidate.trajectory);
    EXPECT_LT(interpreter_difference(*context, context->initial, *run, 200), 1e-4) << to_text(candidate.trajectory);
  }
  EXPECT_GE(seen["direct"], 1);
  EXPECT_GE(seen["winograd2"], 1);
  EXPECT_GE(seen["winograd4"], 1);
}

TEST(Space, OfSomeAlgorithmsHoldsNoOthersAndKeepsTheNumbersOfSketches) {
  const auto context = make_task_context(conv_task(14, 11, 32, 48, 3, 1));
  ASSERT_TRUE(context.ok());
  const auto whole = Space::create(*context, avx512(), 2);
  const auto part = Space::create(*context, avx512(), 2, {"direct", "winograd2"});
  std::vector<std::string> names;
  double terms = 0;
  for (const AlgorithmWork& algorithm : whole->algorithms()) {
    names.push_back(algorithm.algorithm.str());
    EXPECT_GE(algorithm.terms, terms);
    terms = algorithm.terms;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"direct", "winograd2", "winograd4"}));
  EXPECT_EQ(part->algorithms().size(), 2U);
  EXPECT_EQ(part->sketch_count(), whole->sketch_count());
  Random random(5);
  for (int i = 0; i < 100; ++i) {
    const Candidate candidate = part->sample(random);
    const auto in_whole = whole->expand(candidate.sketch, candidate.decisions);
    ASSERT_TRUE(in_whole.has_value());
    EXPECT_EQ(in_whole->trajectory, candidate.trajectory);
    const Candidate other = whole->sample(random);
    const std::string algorithm = replay(context->initial, other.trajectory)->algorithm().str();
    EXPECT_EQ(part->expand(other.sketch, other.decisions).has_value(), algorithm != "winograd4") << algorithm;
  }
}

// The outermost loop of the first stage that the default schedule orders, before loops are fused to run in parallel: of
// a dense task "d0..." runs along the weights' columns, of a convolution in a nest of its own "c...".
std::string outermost_loop(const Task& task) {
  const auto context = make_task_context(task);
  EXPECT_TRUE(context.ok()) << context.error().message;
  const std::string actions = to_text(Space::create(*context, avx512(), 2)->default_candidate().trajectory);
  const std::size_t order = actions.find('{', actions.find("reorder("));
  return actions.substr(order + 1, actions.find(' ', order) - order - 1);
}

TEST(Space, ConstantsThatTheSecondCacheDoesNotHoldAreReadOnce) {
  EXPECT_EQ(outermost_loop(dense_task(64, 256, 320)), "d1.o");
  EXPECT_EQ(outermost_loop(dense_task(64, 1024, 640)), "d0.o") << "2.6 MB of weights, 1 MB of second cache";
}

TEST(Space, ConstantsThatFillTheSecondCacheAreReadOnceWhereItHoldsTheRows) {
  EXPECT_EQ(outermost_loop(dense_task(64, 512, 320)), "d0.o") << "655 KB of weights, 131 KB of rows";
  EXPECT_EQ(outermost_loop(dense_task(1024, 512, 320)), "d1.o") << "2.1 MB of rows";
}

TEST(Space, BlocksOfManyProductsConstantsStayInTheFirstCache) {
  EXPECT_EQ(outermost_loop(conv_task(28, 28, 128, 128, 3, 1)), "c.o") << "2.4 MB of weights, 66 KB a product";
}

// Where the default schedule computes a 3 x 3 convolution by Winograd's algorithm.
Placement products_in_default(const Task& task) {
  const auto context = make_task_context(task);
  EXPECT_TRUE(context.ok()) << context.error().message;
  const State state = default_state(*context);
  return state.stage(*state.find_stage("conv0.out")).location.placement;
}

TEST(Space, WinogradsProductsLeaveTheBlocksOfRowsWhenTheirConstantsAreMany) {
  EXPECT_EQ(products_in_default(conv_task(56, 56, 64, 64, 3, 1)), Placement::kAt) << "590 KB";
  EXPECT_EQ(products_in_default(conv_task(28, 28, 128, 128, 3, 1)), Placement::kRoot) << "2.4 MB";
}

// Samples of a task, until one of them has this property, at most 60.
template <class Property>
bool some_sample(const Task& task, Property property) {
  const auto context = make_task_context(task);
  EXPECT_TRUE(context.ok()) << context.error().message;
  const auto space = Space::create(*context, avx512(), 2);
  Random random(7);
  for (int i = 0; i < 60; ++i) {
    if (property(*replay(context->initial, space->sample(random).trajectory))) return true;
  }
  return false;
}

// Whether each of these stages is computed in the nest of another.
auto all_inside(std::vector<Name> stages) {
  return [stages](const State& state) {
    return std::all_of(stages.begin(), stages.end(), [&](const Name& name) {
      const auto id = state.find_stage(name);
      return id && state.stage(*id).location.placement == Placement::kAt;
    });
  };
}

TEST(Space, ChainsAreComputedBlockByBlock) {
  EXPECT_TRUE(some_sample(fused_attention_task(3, 37, 16),
                          all_inside({"matmul0", "softmax0.max", "softmax0.exp", "softmax0.sum", "softmax0"})));
  EXPECT_TRUE(some_sample(separable_task(14, 24, 40, 1), all_inside({"conv0", "relu0", "conv1"})));
}

TEST(Space, LongReductionsOfFewResultsAreSplit) {
  const auto is_split = [](const State& state) {
    const auto partial = state.find_stage("dense0.sum");
    return partial && state.stage(*partial).location.placement == Placement::kAt;
  };
  EXPECT_TRUE(some_sample(dense_task(2, 1024, 24), is_split));
  EXPECT_FALSE(some_sample(dense_task(24, 64, 100), is_split)) << "short";
  EXPECT_FALSE(some_sample(dense_task(64, 1024, 64), is_split)) << "many results";
}

TEST(Space, DecisionsOfAnotherSpaceDoNotExpand) {
  const auto context = make_task_context(softmax_task(24, 64));
  ASSERT_TRUE(context.ok());
  const auto space = Space::create(*context, avx512(), 2);
  EXPECT_FALSE(space->expand(0, {99, 99, 99}).has_value());
  EXPECT_FALSE(space->expand(77, {}).has_value());
}

}  // namespace
}  // namespace tilecast
