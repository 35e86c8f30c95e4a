#include "evaluator/packed_trees.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace tilecast {
namespace {

struct Data {
  PackedRows rows;
  std::vector<float> targets;
};

// Programs of one to three rows; the target is the sum over rows of a function of the row.
Data make_data(std::size_t programs, Random& random) {
  Data data;
  data.rows.columns = 4;
  for (std::size_t p = 0; p < programs; ++p) {
    const auto count = static_cast<std::uint32_t>(1 + random.below(3));
    float target = 0;
    for (std::uint32_t r = 0; r < count; ++r) {
      float row[4];
      for (float& x : row) x = static_cast<float>(random.uniform());
      target += (row[0] > 0.5F ? 1.0F : -1.0F) + row[1];
      data.rows.values.insert(data.rows.values.end(), row, row + 4);
    }
    data.rows.counts.push_back(count);
    data.targets.push_back(target);
  }
  return data;
}

TEST(PackedTrees, LearnsASumOverRowsFromSumsAlone) {
  Random random(4);
  const Data train = make_data(400, random);
  const Data test = make_data(200, random);
  const auto trees = PackedTrees::train(train.rows, train.targets, std::vector<float>(400, 1), {});
  ASSERT_TRUE(trees.ok()) << trees.error().message;
  const std::vector<float> predicted = trees->predict(test.rows);
  ASSERT_EQ(predicted.size(), 200U);
  double error = 0;
  double variance = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    error += std::pow(predicted[i] - test.targets[i], 2);
    variance += std::pow(test.targets[i] - 1, 2);
  }
  EXPECT_LT(error, 0.15 * variance);
}

TEST(PackedTrees, WeightsDecideBetweenContradictions) {
  PackedRows rows{.columns = 1, .values = {1, 1}, .counts = {1, 1}};
  const auto trees = PackedTrees::train(rows, {0, 1}, {0.01F, 1}, {.rounds = 200, .min_child_weight = 0});
  ASSERT_TRUE(trees.ok());
  EXPECT_GT(trees->predict(rows)[0], 0.4F);
}

}  // namespace
}  // namespace tilecast
