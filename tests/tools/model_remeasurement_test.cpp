#include "tools/model_remeasurement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/temp_directory.h"
#include "base/text_file.h"
#include "test_model_remeasurements.h"

namespace tilecast::tools {
namespace {

using testing::around;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kFirst;
using testing::kSecond;
using testing::remeasured;
using testing::two_models;

const SearchJudge kThird{"random", false, 10};

class ModelRemeasurements : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return model_remeasurement_file(directory_.path()); }
  void write(const std::vector<ModelRemeasurement>& all) const {
    ASSERT_TRUE(write_model_remeasurements(file(), all).ok());
  }
  std::string message_of(const ModelSelection& selection) const {
    const auto chosen = select_model_remeasurements(directory_.path(), selection);
    return chosen.ok() ? "no error" : chosen.error().message;
  }

  TempDirectory directory_ = *TempDirectory::create("model_remeasurement_test");
};

TEST_F(ModelRemeasurements, FilesKeepAll) {
  EXPECT_TRUE(read_model_remeasurements(file())->empty()) << "there is no file";
  write(two_models());
  const auto read = read_model_remeasurements(file());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, two_models());
}

TEST_F(ModelRemeasurements, DamagedLinesAreNamed) {
  const nlohmann::json good = to_json(two_models()[0]);
  nlohmann::json without_samples = good;
  without_samples["judges"][1]["seconds"][0] = nlohmann::json::array();
  nlohmann::json without_blocks = good;
  without_blocks["onnxruntime"]["seconds"] = nlohmann::json::array();
  nlohmann::json other_judge = good;
  other_judge["judges"][0]["judge"] = "static:none";
  nlohmann::json without_seed = good;
  without_seed.erase("seed");
  const std::vector<std::pair<std::string, const char*>> cases{{"{\"model\":", "remeasurement"},
                                                               {"[]", "remeasurement"},
                                                               {without_seed.dump(), "'seed' not found"},
                                                               {without_samples.dump(), "a side has no samples"},
                                                               {without_blocks.dump(), "a side has no samples"},
                                                               {other_judge.dump(), "judge \"static:none\""}};
  for (const auto& [line, message] : cases) {
    ASSERT_TRUE(write_text(file(), good.dump() + "\n" + line + "\n").ok());
    const auto read = read_model_remeasurements(file());
    ASSERT_FALSE(read.ok()) << line;
    EXPECT_THAT(read.error().message, HasSubstr("remeasured-models.jsonl:2: not a model's remeasurement"));
    EXPECT_THAT(read.error().message, HasSubstr(message));
  }
}

TEST_F(ModelRemeasurements, TheLastThatFitsCounts) {
  std::vector<ModelRemeasurement> all = two_models();
  all.push_back(two_models()[0]);
  all.push_back(remeasured("net", 0, {{kSecond, {}, around(1)}}));
  const ModelRemeasurementKey key{"net", "0123456789abcdef", 0, "machine", 2};
  EXPECT_EQ(find_model_remeasurement(all, key, std::vector{kFirst, kSecond}), &all[4]);
  EXPECT_EQ(find_model_remeasurement(all, key, std::vector{kSecond}), &all[5]);
  EXPECT_EQ(find_model_remeasurement(all, key, std::vector{kThird}), nullptr);
  ModelRemeasurementKey with_peer = key;
  with_peer.onnxruntime = true;
  EXPECT_EQ(find_model_remeasurement(all, with_peer, std::vector{kSecond}), &all[4]);
}

TEST_F(ModelRemeasurements, OthersDoNotCount) {
  const std::vector<ModelRemeasurement> all{two_models()[2]};
  const ModelRemeasurementKey good{"other", "0123456789abcdef", 0, "machine", 2};
  ASSERT_NE(find_model_remeasurement(all, good, std::vector{kFirst}), nullptr);
  std::vector<ModelRemeasurementKey> others(6, good);
  others[0].model = "net";
  others[1].tasks_key = "fedcba9876543210";
  others[2].seed = 1;
  others[3].hardware = "another machine";
  others[4].threads = 1;
  others[5].onnxruntime = true;
  for (std::size_t i = 0; i < others.size(); ++i) {
    EXPECT_EQ(find_model_remeasurement(all, others[i], std::vector{kFirst}), nullptr) << i;
  }
}

TEST_F(ModelRemeasurements, SelectionsHaveTheirJudgesInTheirOrder) {
  std::vector<ModelRemeasurement> all = two_models();
  all.push_back(remeasured("net", 0, {{kThird, {}, around(9)}, {kFirst, {}, around(7)}, {kSecond, {}, around(8)}}));
  write(all);
  const auto both = select_model_remeasurements(directory_.path(), {{"net"}, {kSecond, kFirst}});
  ASSERT_TRUE(both.ok()) << both.error().message;
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ((*both)[0].seed, 1U);
  EXPECT_EQ((*both)[1].seed, 0U) << "timed again, after the other seed";
  EXPECT_THAT((*both)[1].searched(), ElementsAre(kSecond, kFirst));
  EXPECT_EQ((*both)[1].judges[0].seconds, around(8));
  const auto last = select_model_remeasurements(directory_.path(), {});
  ASSERT_TRUE(last.ok()) << last.error().message;
  ASSERT_EQ(last->size(), 1U) << "no other run has all judges of the last";
  EXPECT_THAT((*last)[0].searched(), ElementsAre(kThird, kFirst, kSecond));
}

TEST_F(ModelRemeasurements, SelectionsAreOfTheLastTasksMachineAndThreads) {
  std::vector<ModelRemeasurement> all = two_models();
  all[0].tasks_key = "fedcba9876543210";
  all[2].threads = 1;
  write(all);
  const auto chosen = select_model_remeasurements(directory_.path(), {});
  ASSERT_TRUE(chosen.ok()) << chosen.error().message;
  ASSERT_EQ(chosen->size(), 2U);
  EXPECT_EQ((*chosen)[0], all[1]);
  EXPECT_EQ((*chosen)[1], all[3]);
}

TEST_F(ModelRemeasurements, SaysWhatIsMissing) {
  EXPECT_THAT(message_of({}), HasSubstr("remeasured-models.jsonl has no models: run the bench first"));
  write(two_models());
  EXPECT_THAT(message_of({{}, {kFirst, kThird}}),
              HasSubstr("has no model that was tuned under all of static:100, random:10"));
  EXPECT_THAT(message_of({{"nothing"}, {}}), HasSubstr("has no model that was tuned under all of static:100"));
}

}  // namespace
}  // namespace tilecast::tools
