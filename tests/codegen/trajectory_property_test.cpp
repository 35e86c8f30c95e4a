// Every prefix of a random legal trajectory compiles and computes the right result.
#include <gtest/gtest.h>

#include <cstdlib>

#include "codegen/codegen.h"
#include "random_actions.h"
#include "test_kernels.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

int from_environment(const char* name, int fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : std::atoi(value);
}

std::vector<Task> small_tasks() {
  return {conv_task(9, 7, 5, 11, 3, 1),
          conv_task(6, 10, 6, 8, 1, 1),
          conv_task(7, 9, 4, 12, 3, 2, 2),
          conv_task(6, 9, 16, 20, 3, 1),
          depthwise_task(9, 10, 2),
          deconv_task(4, 6, 7),
          dense_task(7, 33, 19),
          dense_task(4, 32, 24),
          matmul_task(3, 6, 8, 10, true),
          softmax_task(7, 32),
          batch_softmax_task(3, 16, 24),
          layer_norm_task(5, 48),
          pool_task(9, 6, false),
          pool_task(8, 5, true),
          attention_task(2, 6, 8, 9, true),
          attention_task(3, 5, 7, 8, false),
          fused_attention_task(2, 19, 8),
          separable_task(7, 6, 10, 2),
          channels_first_task(9, 3, 8),
          cum_sum_task(5, 32),
          top_values_task(5, 24, 6),
          top_values_task(6, 32, 1),
          scatter_task(24, 9, "none"),
          scatter_task(18, 16, "add")};
}

TEST(TrajectoryProperty, EveryPrefixComputesTheRightResult) {
  const auto seed = static_cast<std::uint64_t>(from_environment("TILECAST_PROPERTY_SEED", 1));
  const int runs = from_environment("TILECAST_PROPERTY_RUNS", 23);
  std::printf("seed %llu, %d trajectories\n", static_cast<unsigned long long>(seed), runs);
  const std::vector<Task> tasks = small_tasks();
  int failures = 0;
  for (int r = 0; r < runs && failures < 5; ++r) {
    Random random(seed * 1000003 + static_cast<std::uint64_t>(r));
    const Task& task = tasks[static_cast<std::size_t>(r) % tasks.size()];
    const auto context = make_task_context(task);
    ASSERT_TRUE(context.ok()) << context.error().message;
    const Trajectory trajectory = random_trajectory(context->initial, random, 12);
    // Prefixes that end in the last third hold nearly all that can go wrong; one earlier stands for the rest.
    for (std::size_t length = 1 + random.below(4); length <= trajectory.size(); length += 1 + random.below(6)) {
      const auto state = replay(context->initial, {trajectory.data(), length});
      ASSERT_TRUE(state.ok());
      // Prefixes of odd length with rows that lie apart.
      const std::int64_t gap = length % 2 == 0 ? 0 : 5;
      const auto run = compile_and_run(*context, *state, seed, 2, gap);
      const double difference = run.ok() ? interpreter_difference(*context, *state, *run, 300) : 1;
      const double truth = run.ok() ? interpreter_difference(*context, context->initial, *run, 300) : 1;
      if (run.ok() && difference < 1e-4 && truth < 1e-4) continue;
      ++failures;
      ADD_FAILURE() << "run " << r << ", task " << task.name << ", prefix of " << length << " actions: "
                    << (run.ok() ? "differs by " + std::to_string(difference) + ", " + std::to_string(truth)
                                 : run.error().message)
                    << "\n"
                    << to_text(
                           Trajectory(trajectory.begin(), trajectory.begin() + static_cast<std::ptrdiff_t>(length)));
      break;
    }
  }
}

}  // namespace
}  // namespace tilecast
