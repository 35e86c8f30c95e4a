#include "record/dataset_pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temp_directory.h"
#include "record/dataset_file.h"
#include "record/record_log.h"
#include "sample_dataset.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using testing::relu_task;
using testing::sample_dataset;
using testing::sample_record;

class DatasetPackTest : public ::testing::Test {
 protected:
  void log(const std::string& name, const std::vector<MeasureRecord>& records) {
    auto log = RecordLog::open(directory_.path() / name);
    ASSERT_TRUE(log.ok() && log->add_hardware(probe_hardware()).ok());
    for (const MeasureRecord& record : records) ASSERT_TRUE(log->append(record).ok());
  }
  PackedLogs pack(const Dataset& known = {}) {
    auto packed = pack_logs(directory_.path(), sample_dataset(), known);
    EXPECT_TRUE(packed.ok()) << packed.error().message;
    return *std::move(packed);
  }
  TempDirectory directory_ = *TempDirectory::create("dataset_pack_test");
  Task small_ = relu_task(64);
};

TEST_F(DatasetPackTest, TakesEveryProgramOnce) {
  log("a.jsonl", {sample_record(small_, 4, 1e-5), sample_record(small_, 8, 1e-5), sample_record(small_, 4, 2e-5)});
  log("b.jsonl", {sample_record(relu_task(5), 4, 1e-5)});
  {
    auto machine = RecordLog::open(directory_.path() / "machine.jsonl");
    ASSERT_TRUE(machine.ok() && machine->append(testing::sample_state(7)).ok());
  }
  std::ofstream(directory_.path() / "a.jsonl", std::ios::app) << "{\"type\":\"rec";
  std::ofstream(directory_.path() / "notes.txt") << "not a log";

  const PackedLogs packed = pack();
  EXPECT_EQ(packed.dataset.records.size(), 2U);
  EXPECT_EQ(packed.dataset.records[0], packed_record(sample_record(small_, 4, 1e-5))) << "the first one counts";
  EXPECT_EQ(packed.repeated, 1U);
  EXPECT_EQ(packed.without_task, 1U);
  EXPECT_EQ(packed.skipped_lines, 1U);
  ASSERT_EQ(packed.dataset.tasks.size(), 1U) << "tasks with records only";
  EXPECT_EQ(packed.dataset.tasks.at(small_.key).uses, sample_dataset().tasks.at(small_.key).uses);
  EXPECT_EQ(packed.dataset.machine_states, std::vector<MachineState>{testing::sample_state(7)});
  EXPECT_EQ(packed.dataset.hardware.size(), 1U);
}

TEST_F(DatasetPackTest, LeavesOutWhatIsKnown) {
  log("a.jsonl", {sample_record(small_, 4, 1e-5)});
  const Dataset first = pack().dataset;
  MeasureRecord other_threads = sample_record(small_, 4, 1e-5);
  other_threads.threads = 1;
  log("a.jsonl", {sample_record(small_, 16, 1e-5), other_threads});
  const PackedLogs second = pack(first);
  EXPECT_EQ(second.repeated, 1U);
  ASSERT_EQ(second.dataset.records.size(), 2U);
  EXPECT_EQ(second.dataset.records[1].threads, 1);
}

TEST_F(DatasetPackTest, MarksWhatWasDisturbed) {
  MeasureRecord marked = sample_record(small_, 8, 1e-5);
  marked.disturbed = true;
  log("a.jsonl", {sample_record(small_, 4, 1e-5), marked});
  const PackedLogs as_logged = pack();
  ASSERT_EQ(as_logged.dataset.records.size(), 2U);
  EXPECT_FALSE(as_logged.dataset.records[0].disturbed);
  EXPECT_TRUE(as_logged.dataset.records[1].disturbed);

  const auto all_marked = pack_logs(directory_.path(), sample_dataset(), {}, true);
  ASSERT_TRUE(all_marked.ok()) << all_marked.error().message;
  ASSERT_EQ(all_marked->dataset.records.size(), 2U);
  for (const MeasureRecord& record : all_marked->dataset.records) EXPECT_TRUE(record.disturbed);
}

TEST_F(DatasetPackTest, ErrorsNameTheDirectory) {
  const auto empty = pack_logs(directory_.path(), sample_dataset());
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().message, directory_.path().string() + " has no record logs (*.jsonl)");
  const auto missing = pack_logs("/nonexistent", sample_dataset());
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr("cannot read /nonexistent: "));
}

}  // namespace
}  // namespace tilecast
