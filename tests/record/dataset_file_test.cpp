#include "record/dataset_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/random.h"
#include "base/statistics.h"
#include "base/temp_directory.h"
#include "base/text_file.h"
#include "sample_dataset.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using testing::sample_dataset;

class DatasetFileTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const Dataset& dataset = sample_dataset()) {
    const Status written = write_dataset(dataset, directory_.path() / name);
    EXPECT_TRUE(written.ok()) << written.error().message;
    return directory_.path() / name;
  }
  static std::string bytes_of(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // What reading a file with this content says, without the file's name.
  std::string error_of(const std::string& bytes, const std::string& name = "bad.jsonl") {
    const std::filesystem::path file = directory_.path() / name;
    EXPECT_TRUE(write_text(file, bytes).ok());
    const auto dataset = read_dataset(file);
    if (dataset.ok()) return "";
    EXPECT_EQ(dataset.error().message.find('\n'), std::string::npos);
    EXPECT_TRUE(dataset.error().message.starts_with(file.string() + ": ")) << dataset.error().message;
    return dataset.error().message.substr(file.string().size() + 2);
  }

  TempDirectory directory_ = *TempDirectory::create("dataset_file_test");
};

TEST_F(DatasetFileTest, RoundTrip) {
  const Dataset whole = sample_dataset();
  for (const char* name : {"data.jsonl", "data.jsonl.xz"}) {
    const auto back = read_dataset(write(name));
    ASSERT_TRUE(back.ok()) << back.error().message;
    ASSERT_EQ(back->tasks.size(), whole.tasks.size());
    for (const auto& [key, task] : whole.tasks) {
      EXPECT_EQ(back->tasks.at(key).task.graph, task.task.graph);
      EXPECT_EQ(back->tasks.at(key).uses, task.uses);
      EXPECT_EQ(back->tasks.at(key).split, task.split);
    }
    EXPECT_EQ(back->hardware, whole.hardware);
    EXPECT_EQ(back->machine_states, whole.machine_states);
    std::vector<MeasureRecord> expected;
    for (const auto& [key, task] : whole.tasks) {
      for (const MeasureRecord& record : whole.records) {
        if (record.task_key == key) expected.push_back(packed_record(record));
      }
    }
    EXPECT_EQ(back->records, expected);
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / (std::string(name) + ".partial")));
  }
}

// What training needs of a record outlives packing: random records, with all kinds of errors.
TEST_F(DatasetFileTest, PackingKeepsWhatTrainingNeeds) {
  const std::uint64_t seed = 11;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  Dataset dataset = sample_dataset();
  dataset.records.clear();
  const Task task = testing::relu_task(64);
  for (int i = 0; i < 200; ++i) {
    const auto factor = static_cast<std::int64_t>(1 + random.below(64));
    MeasureRecord record =
        random.chance(0.2) ? testing::failed_record(task, factor) : testing::sample_record(task, factor, 0);
    if (record.ok()) {
      const double scale = std::pow(10.0, -7 + 6 * random.uniform());
      record.latencies.resize(2 + random.below(100));
      for (double& seconds : record.latencies) seconds = scale * (1 + 0.2 * random.uniform());
      record.cut_short = random.chance(0.3);
      record.disturbed = random.chance(0.3);
    } else {
      record.error = static_cast<MeasureErrorKind>(1 + random.below(9));
    }
    record.threads = static_cast<int>(1 + random.below(4));
    dataset.records.push_back(record);
  }
  const auto back = read_dataset(write("data.jsonl.xz", dataset));
  ASSERT_TRUE(back.ok()) << back.error().message;
  ASSERT_EQ(back->records.size(), dataset.records.size());
  for (std::size_t i = 0; i < dataset.records.size(); ++i) {
    const MeasureRecord& before = dataset.records[i];
    const MeasureRecord& after = back->records[i];
    EXPECT_EQ(after.trajectory, before.trajectory);
    EXPECT_EQ(after.task_key, before.task_key);
    EXPECT_EQ(after.hardware, before.hardware);
    EXPECT_EQ(after.threads, before.threads);
    EXPECT_EQ(after.error, before.error);
    EXPECT_EQ(after.origin, before.origin);
    EXPECT_EQ(after.sketch, before.sketch);
    EXPECT_EQ(after.cut_short, before.cut_short);
    EXPECT_EQ(after.disturbed, before.disturbed);
    EXPECT_NEAR(after.timestamp, before.timestamp, 1e-3);
    ASSERT_EQ(after.latencies.size(), before.latencies.size());
    if (!before.ok()) continue;
    EXPECT_NEAR(after.seconds() / before.seconds(), 1, 1e-4);
    EXPECT_NEAR(relative_error_of_median(after.latencies), relative_error_of_median(before.latencies), 1e-4);
    const MachineState* state = machine_state_of(dataset, before);
    ASSERT_EQ(machine_state_of(*back, after) == nullptr, state == nullptr);
    if (state == nullptr) continue;
    EXPECT_EQ(*machine_state_of(*back, after), *state);
  }
}

TEST_F(DatasetFileTest, CutOffFilesAreErrors) {
  const std::string compressed = bytes_of(write("data.jsonl.xz"));
  EXPECT_EQ(error_of(compressed.substr(0, compressed.size() / 2), "bad.jsonl.xz"),
            "the compressed data ends early: the file was cut off");
  EXPECT_EQ(error_of(compressed.substr(0, 3), "bad.jsonl.xz"), "it is no dataset");
  EXPECT_EQ(error_of("", "bad.jsonl.xz"), "it is empty");
  const std::string text = bytes_of(write("data.jsonl"));
  const std::string without_last = text.substr(0, text.rfind('\n', text.size() - 2) + 1);
  EXPECT_EQ(error_of(without_last), "it has 2 of 2 tasks and 2 of 3 records: it was cut off");
  EXPECT_THAT(error_of(text.substr(0, text.size() - 10)), HasSubstr("line 9: not a JSON object"));
  EXPECT_EQ(error_of(text), "");
}

TEST_F(DatasetFileTest, OtherVersionsAreRefusedByName) {
  const std::string text = bytes_of(write("data.jsonl"));
  const std::size_t end = text.find('\n');
  const auto with = [&](const char* key, int version) {
    nlohmann::json header = nlohmann::json::parse(text.substr(0, end));
    header[key] = version;
    return header.dump() + text.substr(end);
  };
  EXPECT_EQ(error_of(with("version", kDatasetVersion + 1)), "a dataset of version 2, this program reads 1");
  EXPECT_EQ(error_of(with("record_version", kRecordFormatVersion + 2)), "records of version 3, this program reads 1");
  EXPECT_EQ(error_of(with("actions", kActionVersion + 3)), "actions of version 4, this program reads 1");
}

TEST_F(DatasetFileTest, DamageIsNamedByLine) {
  const std::string text = bytes_of(write("data.jsonl"));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string bytes = text;
    bytes.replace(bytes.find(from), from.size(), to);
    return error_of(bytes);
  };
  EXPECT_EQ(error_of("{\"type\":\"record\"}\n"), "it is no dataset");
  EXPECT_EQ(changed("\"split\":\"train\"", "\"split\":\"test\""), "line 7: unknown split 'test'");
  EXPECT_THAT(changed("[\"split\",", "[\"splat\","), HasSubstr("unknown action 'splat'"));
  EXPECT_THAT(changed("\"type\":\"machine\"", "\"type\":\"engine\""), HasSubstr("unknown type 'engine'"));
  EXPECT_THAT(changed("\"name\":\"relu\",\"op\":\"relu\"", "\"name\":\"relu\",\"op\":\"tanh\""),
              HasSubstr("the line was changed"));
  EXPECT_THAT(changed("\"peak_gflops\"", "\"peak\""), HasSubstr("not a state of a machine"));
  EXPECT_THAT(read_dataset("/nonexistent").error().message, HasSubstr("/nonexistent: cannot read it: No such file"));
  EXPECT_FALSE(read_dataset(directory_.path()).ok());
}

TEST_F(DatasetFileTest, ManyFilesAreMerged) {
  Dataset other = sample_dataset();
  other.records.resize(1);
  const std::vector<std::filesystem::path> files{write("a.jsonl.xz"), write("b.jsonl", other)};
  const auto all = read_datasets(files);
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_EQ(all->records.size(), 4U);
  EXPECT_EQ(all->tasks.size(), 2U);
}

}  // namespace
}  // namespace tilecast
