#include "profile/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../runtime/package/test_package.h"
#include "test_profile.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::small_profile;

std::vector<std::string> names(const Profile& profile) {
  std::vector<std::string> result;
  for (const ProfileRow& row : profile.rows) result.push_back(row.name);
  return result;
}

TEST(Profile, CallsOfATaskAreAddedUp) {
  const Profile tasks = by_task(small_profile());
  EXPECT_THAT(names(tasks), ElementsAre("conv3x3", "conv1x1"));
  const ProfileRow& row = tasks.rows.front();
  EXPECT_EQ(row.calls, 2);
  EXPECT_DOUBLE_EQ(row.seconds, 0.003);
  EXPECT_NEAR(row.gflops(), 1e8 / 0.003 / 1e9, 1e-9);
  EXPECT_NEAR(tasks.share_of_peak(row), row.gflops() / 100, 1e-12);
  EXPECT_NEAR(row.gbs(), 2e6 / 0.003 / 1e9, 1e-9);
  EXPECT_THAT(row.nodes, ElementsAre("first/Conv", "first/Relu", "third/Conv", "third/Relu"));
  EXPECT_DOUBLE_EQ(tasks.calls_seconds(), small_profile().calls_seconds());
}

TEST(Profile, TheSlowestComesFirst) {
  EXPECT_THAT(names(by_time(small_profile())), ElementsAre("second", "third", "first"));
}

TEST(Profile, JsonHasTotalsAndRows) {
  const nlohmann::json json = to_json(small_profile());
  EXPECT_EQ(json.at("model"), "net");
  EXPECT_NEAR(json.at("overhead_seconds").get<double>(), 0.001, 1e-12);
  ASSERT_EQ(json.at("rows").size(), 3U);
  EXPECT_EQ(json["rows"][1].at("task"), "conv1x1");
  EXPECT_NEAR(json["rows"][1].at("share").get<double>(), 5.0 / 8, 1e-12);
}

TEST(Profile, MeasuresEveryCallOfAPackage) {
  const TempDirectory directory = *TempDirectory::create("profile_test");
  const ImportedModel model = testing::small_network();
  ASSERT_TRUE(testing::compile_package(model, directory.path() / "model").ok());
  const auto package = LoadedPackage::open(directory.path() / "model");
  ASSERT_TRUE(package.ok()) << package.error().message;
  auto manifest = read_manifest(directory.path() / "model");
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  auto instance = PackageInstance::create(*package, 2);
  ASSERT_TRUE(instance.ok()) << instance.error().message;
  const auto profile = profile_model(*manifest, *package, *instance, 2, 5, {.gflops = 100, .bandwidth_gbs = 10});
  ASSERT_TRUE(profile.ok()) << profile.error().message;
  ASSERT_EQ(profile->rows.size(), model.partition.calls.size());
  for (std::size_t i = 0; i < profile->rows.size(); ++i) {
    const ProfileRow& row = profile->rows[i];
    EXPECT_EQ(row.name, model.partition.calls[i].name);
    EXPECT_GT(row.seconds, 0);
    EXPECT_GT(row.bytes, 0);
    EXPECT_FALSE(row.nodes.empty());
  }
  EXPECT_GT(profile->overhead_seconds, 0);
  EXPECT_GT(profile->run_seconds, profile->overhead_seconds);
  EXPECT_EQ(profile->runs, 5);
  // Of another model.
  manifest->calls.pop_back();
  const auto wrong = profile_model(*manifest, *package, *instance, 2, 5, {});
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.error().message, HasSubstr("is that of another model: compile it again"));
}

}  // namespace
}  // namespace tilecast
