#include "tools/network_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilecast::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// The task `both` is held out since `secret` runs it, and so does `known`, from which `learnt` comes.
Dataset two_networks() {
  Dataset dataset;
  dataset.tasks["learnt"] = {{}, {{"known", "vision", "known-224", 3}}, DatasetSplit::kTrain};
  dataset.tasks["both"] = {{},
                           {{"secret", "vision", "secret-224", 1},
                            {"secret", "vision", "secret-448", 4},
                            {"known", "vision", "known-224", 2}},
                           DatasetSplit::kHeldOut};
  dataset.tasks["foreign"] = {{}, {{"known", "vision", "known-224", 2}}, DatasetSplit::kHeldOut};
  return dataset;
}

TEST(NetworkWeights, HeldOutNetworksAloneCount) {
  const NetworkWeights weights(two_networks(), DatasetSplit::kHeldOut);
  EXPECT_THAT(weights.of("both"), ElementsAre(Pair("secret", 5)));
  EXPECT_THAT(weights.of("foreign"), IsEmpty());
}

TEST(NetworkWeights, OfOtherSplitsAllNetworksCount) {
  const NetworkWeights weights(two_networks(), DatasetSplit::kTrain);
  EXPECT_THAT(weights.of("learnt"), ElementsAre(Pair("known", 3)));
}

}  // namespace
}  // namespace tilecast::tools
