#include "evaluator/random_evaluator.h"

#include <gtest/gtest.h>

#include <set>

namespace tilecast {
namespace {

std::vector<Trajectory> trajectories() {
  std::vector<Trajectory> result;
  for (int i = 0; i < 50; ++i) result.push_back({UnrollLimit{"s", i}});
  return result;
}

TEST(RandomEvaluator, DependsOnTrajectoryAndSeedAlone) {
  const std::vector<Trajectory> all = trajectories();
  const std::vector<Trajectory> last = {all.back()};
  RandomEvaluator evaluator(3);
  const std::vector<double> scores = evaluator.score({}, all);
  EXPECT_EQ(std::set<double>(scores.begin(), scores.end()).size(), all.size());
  EXPECT_EQ(evaluator.score({}, last), std::vector<double>{scores.back()});
  evaluator.update({}, std::vector<MeasureRecord>(1));
  EXPECT_EQ(evaluator.score({}, all), scores) << "it learns nothing";
  EXPECT_NE(RandomEvaluator(4).score({}, all), scores);
}

}  // namespace
}  // namespace tilecast
