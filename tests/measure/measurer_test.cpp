#include "measure/measurer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "../codegen/test_kernels.h"
#include "base/random.h"
#include "codegen/codegen.h"
#include "hostile_kinds.h"
#include "measure/input_data.h"
#include "measure/timing.h"
#include "space/space.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

TaskContext relu_context() {
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kFloat32, {256}}}};
  graph.nodes = {{"relu", "relu", {0}, {}, {DataType::kFloat32, {256}}}};
  graph.outputs = {1};
  auto context = make_task_context(make_task("relu", graph));
  if (!context.ok()) throw std::runtime_error(context.error().message);
  return *std::move(context);
}

std::vector<MeasureRecord> measure_all(Measurer& measurer, const TaskContext& context,
                                       const std::vector<Trajectory>& trajectories) {
  std::vector<MeasureRecord> records(trajectories.size());
  const Status status = measurer.measure(context, trajectories, std::numeric_limits<double>::infinity(),
                                         [&](std::size_t i, const MeasureRecord& record) { records[i] = record; });
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  return records;
}

// A candidate that hangs is waited for to the end; what only takes its time on a busy machine must not look like one.
constexpr double kHangLimit = 3;
constexpr double kPatientLimit = 60;

std::unique_ptr<Measurer> hostile_measurer(double limit) {
  MeasureOptions options;
  options.worker_directory = HOSTILE_DIRECTORY;
  options.build_timeout = limit;
  options.run_timeout = limit;
  options.memory_limit_bytes = std::int64_t{512} << 20;
  auto measurer = Measurer::create(options);
  if (!measurer.ok()) throw std::runtime_error(measurer.error().message);
  return *std::move(measurer);
}

struct HostileCase {
  const char* kind;
  MeasureErrorKind error;
  const char* message;
};
void PrintTo(const HostileCase& c, std::ostream* out) {
  *out << c.kind;
}

class HostileTest : public ::testing::TestWithParam<HostileCase> {};

// Whatever a candidate does costs its own record; those before and after it are measured.
TEST_P(HostileTest, CostsOneRecord) {
  const TaskContext context = relu_context();
  const bool hangs = std::string_view(GetParam().kind).ends_with("hang");
  const auto measurer = hostile_measurer(hangs ? kHangLimit : kPatientLimit);
  const Trajectory good = testing::hostile_trajectory("none");
  const auto records = measure_all(*measurer, context, {good, testing::hostile_trajectory(GetParam().kind), good});
  EXPECT_TRUE(records[0].ok()) << records[0].message;
  EXPECT_EQ(measure_error_name(records[1].error), measure_error_name(GetParam().error)) << records[1].message;
  EXPECT_THAT(records[1].message, HasSubstr(GetParam().message));
  EXPECT_TRUE(records[1].latencies.empty());
  EXPECT_TRUE(records[2].ok()) << records[2].message;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, HostileTest,
    ::testing::Values(HostileCase{"hang", MeasureErrorKind::kRunTimeout, "no answer after 3 s"},
                      HostileCase{"crash", MeasureErrorKind::kRunCrash, "signal 11"},
                      HostileCase{"memory", MeasureErrorKind::kOutOfMemory, "more memory than the limit"},
                      HostileCase{"wrong", MeasureErrorKind::kWrongResult, "differs from the reference"},
                      HostileCase{"outside", MeasureErrorKind::kWrongResult, "wrote outside of its output"},
                      HostileCase{"code", MeasureErrorKind::kRunError, "the kernel returned 5"},
                      HostileCase{"build_crash", MeasureErrorKind::kCompileCrash, "signal 11"},
                      HostileCase{"build_memory", MeasureErrorKind::kOutOfMemory, "more memory than the limit"},
                      HostileCase{"build_hang", MeasureErrorKind::kCompileTimeout, "no answer after 3 s"}),
    [](const auto& test) { return std::string(test.param.kind); });

TEST(Measurer, MissingWorkersAreAnError) {
  MeasureOptions options;
  options.worker_directory = "/nonexistent";
  const auto measurer = Measurer::create(options);
  ASSERT_FALSE(measurer.ok());
  EXPECT_THAT(measurer.error().message, HasSubstr("/nonexistent/tilecast-builder"));
}

TEST(Measurer, MeasuresRealCandidatesAndNamesIllegalOnes) {
  const auto context = make_task_context(testing::conv_task(9, 11, 8, 32, 3, 1));
  ASSERT_TRUE(context.ok());
  const auto space = Space::create(*context, probe_hardware(), 2);
  auto measurer = Measurer::create({.cut_short_ratio = std::numeric_limits<double>::infinity()});
  ASSERT_TRUE(measurer.ok()) << measurer.error().message;
  Random random(3);
  const std::vector<Trajectory> trajectories = {
      space->default_candidate().trajectory, space->sample(random).trajectory, {Vectorize{"nobody", "x"}}};
  const auto records = measure_all(**measurer, *context, trajectories);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(records[i].ok()) << records[i].message;
    EXPECT_GE(records[i].latencies.size(), 5U);
    EXPECT_GT(records[i].seconds(), 0);
    EXPECT_EQ(records[i].task_key, context->task.key);
  }
  EXPECT_EQ(records[2].error, MeasureErrorKind::kIllegal);
  EXPECT_THAT(records[2].message, HasSubstr("nobody"));
}

// Layouts change from candidate to candidate, and with them the size of the copies and how many there are.
TEST(Measurer, CallsTakeTurnsWithCopiesOfConstants) {
  const auto context = make_task_context(testing::dense_task(3, 96, 100));
  ASSERT_TRUE(context.ok());
  const auto space = Space::create(*context, probe_hardware(), 2);
  Random random(8);
  std::vector<Trajectory> trajectories;
  for (int i = 0; i < 8; ++i) trajectories.push_back(space->sample(random).trajectory);
  for (const std::int64_t bytes : {std::int64_t{1}, std::int64_t{200'000}, std::int64_t{1} << 40}) {
    auto measurer = Measurer::create({.constant_bytes = bytes});
    ASSERT_TRUE(measurer.ok()) << measurer.error().message;
    for (const MeasureRecord& record : measure_all(**measurer, *context, trajectories)) {
      EXPECT_TRUE(record.ok()) << record.message;
      EXPECT_FALSE(record.latencies.empty());
    }
  }
}

// A clock that adds noise: mostly small, now and then a disturbance.
TEST(Timing, MedianIsNearTheTruthDespiteDisturbances) {
  Random random(11);
  std::vector<double> errors;
  for (int trial = 0; trial < 200; ++trial) {
    const double truth = 2e-3;
    const auto run = [&](int calls) {
      const double noise = 1 + 0.01 * std::abs(random.normal()) + (random.chance(0.1) ? 1.0 : 0.0);
      return truth * calls * noise;
    };
    const Timing timing = measure_time(run, truth, {});
    EXPECT_GE(timing.samples.size(), 5U);
    EXPECT_FALSE(timing.cut_short);
    std::vector<double> sorted = timing.samples;
    std::sort(sorted.begin(), sorted.end());
    errors.push_back(sorted[sorted.size() / 2] / truth - 1);
  }
  std::sort(errors.begin(), errors.end());
  EXPECT_LT(errors[190], 0.03);
}

TEST(Timing, SlowCandidatesAreCutShort) {
  int calls_made = 0;
  const auto run = [&](int calls) {
    calls_made += calls;
    return 0.1 * calls;
  };
  const Timing timing = measure_time(run, 0.1, {.give_up_seconds = 0.05});
  EXPECT_TRUE(timing.cut_short);
  EXPECT_EQ(timing.samples.size(), 2U);
  EXPECT_EQ(calls_made, 2);
}

TEST(InputData, DifferencesSeeWhatIsNotANumber) {
  const float want[2] = {1, -4};
  const float off[2] = {1.5F, -4};
  const float nan[2] = {NAN, -4};
  const auto bytes = [](const float* p) { return reinterpret_cast<const std::byte*>(p); };
  EXPECT_EQ(relative_difference(DataType::kFloat32, bytes(want), bytes(want), 8), 0);
  EXPECT_DOUBLE_EQ(relative_difference(DataType::kFloat32, bytes(off), bytes(want), 8), 0.125);
  EXPECT_TRUE(std::isinf(relative_difference(DataType::kFloat32, bytes(nan), bytes(want), 8)));
  EXPECT_EQ(relative_difference(DataType::kFloat32, bytes(nan), bytes(nan), 8), 0);
}

}  // namespace
}  // namespace tilecast
