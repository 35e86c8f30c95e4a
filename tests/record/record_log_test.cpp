#include "record/record_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "base/temp_directory.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

MeasureRecord sample_record(double seconds = 1e-3) {
  MeasureRecord record;
  record.task_key = "0123456789abcdef";
  record.hardware = "fedcba9876543210";
  record.threads = 2;
  record.trajectory = {Split{"conv", "x", "xo", "xi", 8}, Vectorize{"conv", "xi"}, Pack{"w", {{1, 16}, {0, 3}}}};
  record.latencies = {seconds, seconds * 1.1, seconds * 0.9};
  record.build_seconds = 0.25;
  record.run_seconds = 0.125;
  record.timestamp = 1.75e9;
  record.origin = "mutation";
  record.sketch = 3;
  record.decisions = {1, -2, 3};
  return record;
}

MeasureRecord failed_record() {
  MeasureRecord record = sample_record();
  record.latencies.clear();
  record.error = MeasureErrorKind::kRunTimeout;
  record.message = "no answer after 10 s";
  return record;
}

Task sample_task() {
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kFloat32, {8}}}};
  graph.nodes = {{"relu", "relu", {0}, {}, {DataType::kFloat32, {8}}}};
  graph.outputs = {1};
  return make_task("relu", graph);
}

class RecordLogTest : public ::testing::Test {
 protected:
  RecordSet read() {
    auto set = read_record_log(file_);
    EXPECT_TRUE(set.ok()) << set.error().message;
    return *std::move(set);
  }
  void append_bytes(const std::string& bytes) { std::ofstream(file_, std::ios::app | std::ios::binary) << bytes; }

  TempDirectory directory_ = *TempDirectory::create("record_log_test");
  std::filesystem::path file_ = directory_.path() / "log.jsonl";
};

TEST_F(RecordLogTest, RoundTripKeepsEverything) {
  {
    auto log = RecordLog::open(file_);
    ASSERT_TRUE(log.ok());
    ASSERT_TRUE(log->add_task(sample_task()).ok());
    ASSERT_TRUE(log->add_task(sample_task()).ok());
    ASSERT_TRUE(log->add_hardware(probe_hardware()).ok());
    ASSERT_TRUE(log->append(sample_record()).ok());
    ASSERT_TRUE(log->append(failed_record()).ok());
  }
  // A second run of the same tuner does not repeat what the log holds.
  auto again = RecordLog::open(file_);
  ASSERT_TRUE(again.ok() && again->add_task(sample_task()).ok() && again->add_hardware(probe_hardware()).ok());
  const RecordSet set = read();
  EXPECT_EQ(set.skipped_lines, 0);
  EXPECT_EQ(set.tasks.size(), 1U);
  EXPECT_EQ(set.tasks.begin()->second.key, sample_task().key);
  ASSERT_EQ(set.hardware.size(), 1U);
  EXPECT_EQ(set.hardware.begin()->second, probe_hardware());
  EXPECT_EQ(set.records, (std::vector<MeasureRecord>{sample_record(), failed_record()}));
  std::ifstream stream(file_);
  const auto lines = std::count(std::istreambuf_iterator<char>(stream), {}, '\n');
  EXPECT_EQ(lines, 4);
}

TEST_F(RecordLogTest, StatesOfTheMachineStandBesideRecords) {
  const MachineState state{
      .hardware = "fedcba9876543210", .threads = 2, .timestamp = 1.75e9, .peak_gflops = 320.5, .bandwidth_gbs = 21};
  {
    auto log = RecordLog::open(file_);
    ASSERT_TRUE(log.ok() && log->append(state).ok() && log->append(sample_record()).ok());
  }
  append_bytes("{\"type\":\"machine\"}\n{\"type\":\"weather\"}\n");
  const RecordSet set = read();
  EXPECT_EQ(set.machine_states, std::vector<MachineState>{state});
  EXPECT_EQ(set.records.size(), 1U);
  EXPECT_EQ(set.skipped_lines, 2) << "also a type of a later version";
  EXPECT_THAT(set.first_skipped, HasSubstr("a machine line without a state"));
}

// Cut off after every byte of the last line: the records before it are there, and so is the one appended next.
TEST_F(RecordLogTest, CutOffLineLosesThatLineOnly) {
  const std::string whole = to_json(sample_record(1)).dump();
  for (std::size_t cut = 1; cut < whole.size(); cut += 7) {
    std::filesystem::remove(file_);
    append_bytes(to_json(sample_record(2)).dump() + "\n" + whole.substr(0, cut));
    EXPECT_EQ(read().records.size(), 1U);
    auto log = RecordLog::open(file_);
    ASSERT_TRUE(log.ok());
    ASSERT_TRUE(log->append(sample_record(3)).ok());
    const RecordSet set = read();
    EXPECT_EQ(set.records, (std::vector<MeasureRecord>{sample_record(2), sample_record(3)})) << "cut at " << cut;
    EXPECT_EQ(set.skipped_lines, 1);
    EXPECT_THAT(set.first_skipped, HasSubstr("log.jsonl:2: "));
  }
}

TEST_F(RecordLogTest, FlippedBytesNeverThrow) {
  const std::string whole = to_json(sample_record()).dump();
  const std::uint64_t seed = 5;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  for (int i = 0; i < 300; ++i) {
    std::string line = whole;
    for (int flips = 0; flips < 3; ++flips) line[random.below(line.size())] = static_cast<char>(random.below(256));
    std::filesystem::remove(file_);
    append_bytes(line + "\n");
    const RecordSet set = read();
    EXPECT_LE(set.records.size(), 3U);
  }
}

TEST_F(RecordLogTest, OtherVersionsAreRefusedByName) {
  nlohmann::json future = to_json(sample_record());
  future["version"] = kRecordFormatVersion + 1;
  auto record = measure_record_from_json(future);
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.error().message, "record format 2, this program reads 1");
  future["version"] = kRecordFormatVersion;
  future["actions"] = kActionVersion + 7;
  record = measure_record_from_json(future);
  ASSERT_FALSE(record.ok());
  EXPECT_THAT(record.error().message, HasSubstr("actions of version 8"));
}

TEST_F(RecordLogTest, UnreadableFilesAreNamed) {
  const auto missing = read_record_log("/nonexistent/log");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message, "cannot read records from /nonexistent/log: No such file or directory");
  EXPECT_FALSE(read_record_log(directory_.path()).ok());
  const auto unopened = RecordLog::open("/nonexistent/log");
  ASSERT_FALSE(unopened.ok());
  EXPECT_THAT(unopened.error().message, HasSubstr("cannot open the record log /nonexistent/log"));
}

// A full disk, played by a limit on the size of files: an error, and what was written stays readable.
TEST_F(RecordLogTest, FullDiskKeepsWhatIsThere) {
  auto log = RecordLog::open(file_);
  ASSERT_TRUE(log.ok() && log->append(sample_record()).ok());
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{std::filesystem::file_size(file_) + 40, before.rlim_max};
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const Status full = log->append(sample_record());
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(full.ok());
  EXPECT_THAT(full.error().message, HasSubstr("cannot write to the record log"));
  EXPECT_EQ(read().records.size(), 1U);
  ASSERT_TRUE(log->append(sample_record(7)).ok());
  EXPECT_EQ(read().records, (std::vector<MeasureRecord>{sample_record(), sample_record(7)}));
}

TEST_F(RecordLogTest, BestIsTheFastestWithoutError) {
  RecordSet set;
  set.records = {sample_record(3), failed_record(), sample_record(2), sample_record(4)};
  set.records[2].threads = 1;
  EXPECT_EQ(best_records(set).at("0123456789abcdef").seconds(), 2);
  EXPECT_EQ(best_records(set, 2).at("0123456789abcdef").seconds(), 3);
}

TEST(RecordsByTask, AreOfTheHardwareOrElseOfAllOthers) {
  RecordSet set;
  for (const char* hardware : {"there", "here", "elsewhere", "here"}) {
    MeasureRecord record;
    record.task_key = "a";
    record.hardware = hardware;
    record.threads = 2;
    record.latencies = {static_cast<double>(set.records.size() + 1)};
    set.records.push_back(record);
  }
  const auto seconds = [&](int threads, const std::string& hardware) {
    std::vector<double> list;
    for (const auto& [key, records] : records_by_task(set, threads, hardware)) {
      for (const MeasureRecord& record : records) list.push_back(record.seconds());
    }
    return list;
  };
  EXPECT_EQ(seconds(2, "here"), (std::vector<double>{2, 4}));
  EXPECT_EQ(seconds(0, "there"), (std::vector<double>{1}));
  EXPECT_EQ(seconds(2, "nowhere"), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_TRUE(seconds(1, "here").empty());
  EXPECT_EQ(fastest_records(records_by_task(set, 2, "here")).at("a").seconds(), 2);
}

TEST(BestRecords, OwnHardwareComesFirst) {
  RecordSet set;
  set.records = {sample_record(3), sample_record(2), sample_record(5), sample_record(4)};
  set.records[2].hardware = set.records[3].hardware = "here";
  EXPECT_EQ(best_records(set, 0, "here").at("0123456789abcdef").seconds(), 4);
  EXPECT_EQ(best_records(set, 0, "elsewhere").at("0123456789abcdef").seconds(), 2);
}

}  // namespace
}  // namespace tilecast
