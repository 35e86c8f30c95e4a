#include "tools/search_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../record/sample_dataset.h"
#include "base/temp_directory.h"
#include "record/record_log.h"
#include "tools/remeasurement.h"

namespace tilecast::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tilecast::testing::relu_task;

const SearchJudge kStatic{"static", false, 3};
const SearchJudge kRandom{"random", false, 2};
constexpr double kDefault = 5;  // the seconds of default schedules
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class ReadSearchRuns : public ::testing::Test {
 protected:
  // A search whose candidates took these seconds; infinity: it failed.
  void add_log(const std::string& name, const SearchJudge& judge, std::uint64_t seed,
               const std::vector<double>& seconds) const {
    const Task task = relu_task(64);
    RecordLog log = *RecordLog::open(search_log(directory_.path(), name, judge, seed));
    ASSERT_TRUE(log.add_task(task).ok());
    ASSERT_TRUE(log.add_hardware(hardware_).ok());
    for (const double value : seconds) {
      MeasureRecord record{.task_key = task.key, .hardware = hardware_.fingerprint, .threads = 2};
      record.origin = value == kDefault ? "default" : "mutation";
      if (value < kInfinity) {
        record.latencies = {value};
      } else {
        record.error = MeasureErrorKind::kRunCrash;
      }
      ASSERT_TRUE(log.append(record).ok());
    }
  }

  Remeasurement remeasured(const std::string& name, std::uint64_t seed, double peak,
                           std::vector<RemeasuredJudge> judges) const {
    return {name, relu_task(64).key, seed, hardware_.fingerprint, 2, peak, std::move(judges)};
  }

  void write(const std::vector<Remeasurement>& all) const {
    ASSERT_TRUE(write_remeasurements(remeasurement_file(directory_.path()), all).ok());
  }

  TempDirectory directory_ = *TempDirectory::create("search_runs_test");
  const Hardware hardware_{.cpu = "a processor", .fingerprint = "machine"};
};

TEST_F(ReadSearchRuns, JoinsLogsAndRemeasurements) {
  add_log("relu", kStatic, 0, {3, kInfinity, 2});
  add_log("relu", kRandom, 0, {kDefault, 4});
  write({remeasured("relu", 0, 100, {{kStatic, {2.5, 2.5, 9}}, {kRandom, {}}})});
  const auto runs = read_search_runs(directory_.path(), {}, {{"relu", {1e9, 0.5}}});
  ASSERT_TRUE(runs.ok()) << runs.error().message;
  EXPECT_THAT(runs->judges, ElementsAre("static:3", "random:2"));
  ASSERT_EQ(runs->subgraphs.size(), 1U);
  EXPECT_EQ(runs->subgraphs[0].flops, relu_task(64).flops);
  EXPECT_EQ(runs->subgraphs[0].ansor->share_of_peak, 0.5);
  ASSERT_EQ(runs->runs.size(), 2U);
  EXPECT_THAT(runs->runs[0].trials, ElementsAre(3, kInfinity, 2));
  EXPECT_EQ(runs->runs[0].seconds, 2.5);
  EXPECT_EQ(runs->runs[0].default_seconds, kInfinity);
  EXPECT_THAT(runs->runs[1].trials, ElementsAre(5, 4));
  EXPECT_EQ(runs->runs[1].default_seconds, 5);
  EXPECT_EQ(runs->runs[1].seconds, kInfinity);
  EXPECT_EQ(runs->peak_gflops, 100);
  EXPECT_EQ(runs->threads, 2);
  EXPECT_EQ(runs->cpu, "a processor");
}

TEST_F(ReadSearchRuns, TakesTheLastWithTheJudgesAndTheLargestPeak) {
  for (const std::uint64_t seed : {0, 1}) {
    add_log("relu", kStatic, seed, {3});
    add_log("relu", kRandom, seed, {4});
  }
  write({remeasured("relu", 0, 90, {{kStatic, {1}}, {kRandom, {2}}}), remeasured("relu", 1, 120, {{kStatic, {3}}}),
         remeasured("relu", 0, 110, {{kStatic, {5}}})});
  const auto both = read_search_runs(directory_.path(), {{}, {kRandom, kStatic}}, {});
  ASSERT_TRUE(both.ok()) << both.error().message;
  ASSERT_EQ(both->runs.size(), 2U) << "seed 1 has not been searched under both";
  EXPECT_EQ(both->runs[0].judge, "random:2") << "the order is that of the selection";
  EXPECT_EQ(both->runs[1].seconds, 1);
  const auto last = read_search_runs(directory_.path(), {}, {});
  ASSERT_TRUE(last.ok()) << last.error().message;
  EXPECT_THAT(last->judges, ElementsAre("static:3"));
  ASSERT_EQ(last->runs.size(), 2U);
  EXPECT_EQ(last->runs[0].seed, 1U);
  EXPECT_EQ(last->runs[1].seconds, 5) << "remeasured again";
  EXPECT_EQ(last->peak_gflops, 120);
}

TEST_F(ReadSearchRuns, TakesTheNamedSubgraphsOnly) {
  for (const char* name : {"a", "b"}) add_log(name, kStatic, 0, {3});
  write({remeasured("a", 0, 90, {{kStatic, {1}}}), remeasured("b", 0, 90, {{kStatic, {2}}})});
  const auto runs = read_search_runs(directory_.path(), {{"b"}, {}}, {});
  ASSERT_TRUE(runs.ok()) << runs.error().message;
  ASSERT_EQ(runs->runs.size(), 1U);
  EXPECT_EQ(runs->runs[0].subgraph, "b");
}

TEST_F(ReadSearchRuns, SaysWhatIsMissing) {
  const auto message = [&](const SearchSelection& selection) {
    const auto runs = read_search_runs(directory_.path(), selection, {});
    return runs.ok() ? "no error" : runs.error().message;
  };
  EXPECT_THAT(message({}), HasSubstr("remeasured.jsonl has no searches: run the bench first"));
  write({remeasured("relu", 0, 90, {{kStatic, {1}}})});
  EXPECT_THAT(message({}),
              HasSubstr("cannot read records from " + directory_.path().string() + "/relu-static-3-0.jsonl"));
  EXPECT_THAT(message({{}, {kStatic, kRandom}}),
              HasSubstr("has no subgraph that was searched under all of static:3, random:2"));
  std::ignore = RecordLog::open(search_log(directory_.path(), "relu", kStatic, 0));
  EXPECT_THAT(message({}), HasSubstr("relu-static-3-0.jsonl has no search of relu: run the bench again"));
}

}  // namespace
}  // namespace tilecast::tools
