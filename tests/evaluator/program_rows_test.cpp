#include "evaluator/program_rows.h"

#include <gtest/gtest.h>

#include <cmath>

#include "../codegen/test_kernels.h"
#include "base/random.h"
#include "codegen/codegen.h"
#include "space/space.h"

namespace tilecast {
namespace {

std::vector<Trajectory> some_trajectories(const TaskContext& task, const Hardware& hardware) {
  Random random(1);
  const auto space = Space::create(task, hardware, 2);
  std::vector<Trajectory> trajectories;
  for (int i = 0; i < 5; ++i) trajectories.push_back(space->sample(random).trajectory);
  return trajectories;
}

std::vector<float> last_columns(const PackedRows& rows, std::size_t row, std::size_t count) {
  const auto end = rows.values.begin() + static_cast<std::ptrdiff_t>((row + 1) * rows.columns);
  return {end - static_cast<std::ptrdiff_t>(count), end};
}

TEST(ProgramRows, EndWithWhatAllProgramsOfATaskShare) {
  const TaskContext task = *make_task_context(testing::conv_task(8, 8, 16, 32, 3, 1));
  const Machine machine{probe_hardware(), 2, {.gflops = 62, .bandwidth_gbs = 14}};
  const std::vector<Trajectory> trajectories = some_trajectories(task, machine.hardware);
  const PackedRows rows = program_rows(task, trajectories, machine);
  ASSERT_EQ(rows.columns, program_row_columns());
  ASSERT_EQ(rows.rows(), trajectories.size());
  const std::vector<float> shared = last_columns(rows, 0, context_columns());
  for (std::size_t i = 1; i < trajectories.size(); ++i) EXPECT_EQ(last_columns(rows, i, context_columns()), shared);
  EXPECT_FLOAT_EQ(shared[context_columns() - 2], 5) << "log2 of 1 + GFLOP/s a thread";
  EXPECT_FLOAT_EQ(shared[context_columns() - 1], 3) << "log2 of 1 + GB/s a thread";
}

TEST(ProgramRows, APeakThatWasNotMeasuredIsMissing) {
  const TaskContext task = *make_task_context(testing::conv_task(8, 8, 16, 32, 3, 1));
  const Machine machine{probe_hardware(), 2, {}};
  const PackedRows rows = program_rows(task, some_trajectories(task, machine.hardware), machine);
  const std::vector<float> shared = last_columns(rows, 0, context_columns());
  EXPECT_TRUE(std::isnan(shared[context_columns() - 2]));
  EXPECT_TRUE(std::isnan(shared[context_columns() - 1]));
}

}  // namespace
}  // namespace tilecast
