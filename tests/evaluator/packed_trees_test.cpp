#include "evaluator/packed_trees.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include "base/random.h"
#include "base/xz.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

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

TEST(PackedTrees, AreTheSameFromTheirBytes) {
  Random random(5);
  const Data train = make_data(300, random);
  const Data test = make_data(200, random);
  const auto trees = PackedTrees::train(train.rows, train.targets, std::vector<float>(300, 1), {});
  ASSERT_TRUE(trees.ok()) << trees.error().message;
  const auto bytes = trees->serialized();
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const auto read = PackedTrees::deserialized(*bytes);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->predict(test.rows), trees->predict(test.rows));
  EXPECT_EQ(*read->columns(), 4U);
  EXPECT_EQ(*trees->columns(), 4U);
  EXPECT_EQ(*read->serialized(), *bytes);
}

TEST(PackedTrees, DamagedBytesAreRefused) {
  const std::uint64_t seed = 6;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const Data train = make_data(300, random);
  const auto trees = PackedTrees::train(train.rows, train.targets, std::vector<float>(300, 1), {.rounds = 3});
  ASSERT_TRUE(trees.ok()) << trees.error().message;
  const std::string intact = *trees->serialized();
  const auto message = [](const std::string& bytes) {
    const auto read = PackedTrees::deserialized(bytes);
    return read.ok() ? "" : read.error().message;
  };
  EXPECT_EQ(message(intact), "");
  for (int i = 0; i < 200; ++i) {
    std::string damaged = intact;
    if (random.chance(0.3)) {
      damaged.resize(random.below(damaged.size()));
    } else {
      damaged[random.below(damaged.size())] ^= static_cast<char>(1U << random.below(8));
    }
    EXPECT_THAT(message(damaged), HasSubstr("the trees are damaged: "));
  }
  for (const char* other : {"", "{", "{\"learner\": 5}", "no trees at all"}) {
    EXPECT_EQ(message(*compress_xz(other)), "the trees are damaged: XGBoost cannot read them") << other;
  }
}

}  // namespace
}  // namespace tilecast
