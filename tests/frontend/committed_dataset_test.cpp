// What is committed in data/dataset: its tasks are none that a benchmark measures, and divided as they say.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <map>
#include <set>
#include <tuple>

#include "base/random.h"
#include "base/temp_directory.h"
#include "base/text_file.h"
#include "codegen/codegen.h"
#include "frontend/import.h"
#include "frontend/suite.h"
#include "record/dataset_file.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = TILECAST_SOURCE_DIR;
const fs::path kDataset = kSource / "data/dataset";

// The list of tasks and all packed records.
const Dataset& committed() {
  static const Dataset dataset = [] {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kDataset)) {
      if (entry.path().extension() == ".xz") files.push_back(entry.path());
    }
    auto all = read_datasets(files);
    if (!all.ok()) throw std::runtime_error(all.error().message);
    return *std::move(all);
  }();
  return dataset;
}

std::set<std::string> held_out_networks() {
  std::set<std::string> names;
  std::ifstream stream(kDataset / "held_out.txt");
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.front() != '#') names.insert(line);
  }
  return names;
}

TEST(CommittedDataset, HasManyTasksOfManyNetworks) {
  const auto list = read_dataset(kDataset / "tasks.jsonl.xz");
  ASSERT_TRUE(list.ok()) << list.error().message;
  std::set<std::string> networks;
  std::set<std::string> kinds;
  for (const auto& [key, task] : list->tasks) {
    for (const NetworkUse& use : task.uses) {
      networks.insert(use.network);
      kinds.insert(use.kind);
    }
  }
  EXPECT_GE(list->tasks.size(), 600U);
  EXPECT_GE(networks.size(), 25U);
  for (const char* kind : {"vision", "video", "language", "generative"}) EXPECT_TRUE(kinds.contains(kind)) << kind;
}

TEST(CommittedDataset, SplitsAreByNetworkAndByKey) {
  const std::set<std::string> held_out = held_out_networks();
  EXPECT_GE(held_out.size(), 5U);
  std::set<std::string> found;
  for (const auto& [key, task] : committed().tasks) {
    bool is_held_out = false;
    for (const NetworkUse& use : task.uses) {
      is_held_out = is_held_out || held_out.contains(use.network);
      if (held_out.contains(use.network)) found.insert(use.network);
    }
    EXPECT_EQ(task.split, split_of(key, is_held_out)) << key;
  }
  EXPECT_EQ(found, held_out) << "each of them has tasks";
}

TEST(CommittedDataset, NoTaskIsOneOfTheSuite) {
  const auto suite = read_suite(kSource / "data/subgraphs.json");
  ASSERT_TRUE(suite.ok()) << suite.error().message;
  ASSERT_EQ(suite->size(), 22U);
  for (const WeightedTask& task : *suite) EXPECT_FALSE(committed().tasks.contains(task.task.key)) << task.task.name;
}

TEST(CommittedDataset, HasManyProgramsOfManyTasks) {
  std::set<std::string> measured;
  std::set<std::tuple<std::string, std::string, std::uint64_t>> programs;
  std::size_t random = 0;
  std::size_t errors = 0;
  for (const MeasureRecord& record : committed().records) {
    programs.insert({record.task_key, record.hardware, trajectory_hash(record.trajectory)});
    random += record.origin == "random" ? 1 : 0;
    errors += record.ok() ? 0 : 1;
    if (record.ok()) measured.insert(record.task_key);
    EXPECT_NE(machine_state_of(committed(), record), nullptr);
  }
  const std::size_t count = committed().records.size();
  EXPECT_EQ(programs.size(), count) << "none was measured twice on one machine";
  EXPECT_GE(count, 30000U);
  EXPECT_GE(measured.size(), 600U);
  EXPECT_GT(random, count / 3);
  EXPECT_GT(count - random, count / 3);
  EXPECT_LT(errors, count / 100);
}

// Records mean something as long as they lead to programs: each hundredth is replayed.
TEST(CommittedDataset, RecordsReplay) {
  for (std::size_t i = 0; i < committed().records.size(); i += 100) {
    const MeasureRecord& record = committed().records[i];
    const auto context = make_task_context(committed().tasks.at(record.task_key).task);
    ASSERT_TRUE(context.ok()) << context.error().message;
    const auto state = replay(context->initial, record.trajectory);
    EXPECT_TRUE(state.ok()) << record.task_key << ": " << (state.ok() ? "" : state.error().reason);
  }
}

// The benchmark networks' tasks follow from shapes alone: in place of their weights, windows of one file, each
// beginning somewhere else, so that no two weights are equal.
class SharedWeights {
 public:
  static constexpr const char* kFile = "random.weights";

  explicit SharedWeights(fs::path folder) : folder_(std::move(folder)) {}

  // Writes the model into the folder.
  void add(const fs::path& model) {
    onnx::ModelProto proto;
    std::ifstream stream(model, std::ios::binary);
    ASSERT_TRUE(proto.ParseFromIstream(&stream)) << model;
    std::size_t offset = 0;
    for (onnx::TensorProto& tensor : *proto.mutable_graph()->mutable_initializer()) {
      if (tensor.data_location() != onnx::TensorProto::EXTERNAL) continue;
      for (auto& entry : *tensor.mutable_external_data()) {
        if (entry.key() == "location") entry.set_value(kFile);
        if (entry.key() == "offset") entry.set_value(std::to_string(offset));
        if (entry.key() == "length") longest_ = std::max<std::size_t>(longest_, offset + std::stoull(entry.value()));
      }
      offset += 64;
    }
    ASSERT_TRUE(write_text(folder_ / model.filename(), proto.SerializeAsString()).ok());
  }

  void write() const {
    std::string bytes;
    Random random(1);
    while (bytes.size() < longest_) {
      const auto value = static_cast<float>(0.5 + random.uniform());
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    ASSERT_TRUE(write_text(folder_ / kFile, bytes).ok());
  }

 private:
  fs::path folder_;
  std::size_t longest_ = 0;
};

// Tasks by key, of each benchmark network.
const std::map<std::string, std::set<std::string>>& benchmark_tasks() {
  static const auto tasks = [] {
    const TempDirectory directory = *TempDirectory::create("committed_dataset_test");
    SharedWeights weights(directory.path());
    std::vector<fs::path> models;
    for (const auto& entry : fs::directory_iterator(kSource / "models")) {
      if (entry.path().extension() != ".onnx") continue;
      weights.add(entry.path());
      models.push_back(directory.path() / entry.path().filename());
    }
    weights.write();
    std::map<std::string, std::set<std::string>> result;
    for (const fs::path& model : models) {
      const auto imported = import_onnx(model);
      if (!imported.ok()) throw std::runtime_error(imported.error().message);
      for (const WeightedTask& task : imported->partition.tasks) result[model.stem().string()].insert(task.task.key);
    }
    return result;
  }();
  return tasks;
}

TEST(CommittedDataset, NoTaskIsOneOfABenchmarkNetwork) {
  ASSERT_EQ(benchmark_tasks().size(), 7U);
  for (const auto& [network, keys] : benchmark_tasks()) {
    EXPECT_GT(keys.size(), 3U) << network;
    for (const std::string& key : keys) EXPECT_FALSE(committed().tasks.contains(key)) << network << ": " << key;
  }
}

TEST(CommittedBenchmark, HasTasksOfTheBenchmarkNetworksThatNothingLearnsFrom) {
  const auto benchmark = read_dataset(kSource / "data/benchmark/records-1.jsonl.xz");
  ASSERT_TRUE(benchmark.ok()) << benchmark.error().message;
  std::set<std::string> networks;
  for (const auto& [key, task] : benchmark->tasks) {
    EXPECT_EQ(task.split, DatasetSplit::kHeldOut) << key;
    for (const NetworkUse& use : task.uses) {
      networks.insert(use.network);
      EXPECT_TRUE(benchmark_tasks().at(use.network).contains(key)) << use.network << ": " << key;
    }
  }
  EXPECT_EQ(networks.size(), benchmark_tasks().size());
}

}  // namespace
}  // namespace tilecast
