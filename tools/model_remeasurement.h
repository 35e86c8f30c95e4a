// Whole models tuned under several judges with one seed, and timed in turns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "profile/block_times.h"
#include "search_judge.h"

namespace tilecast::tools {

// How a model was tuned, all its tasks in one run.
struct TuningRun {
  std::int64_t trials = 0;
  std::int64_t errors = 0;        // candidates that failed
  std::optional<double> seconds;  // that it took, stops left out; none: its log is of a command that keeps no times
  bool operator==(const TuningRun&) const = default;
};

struct ModelUnderJudge {
  SearchJudge judge;  // its trials are those of a task
  TuningRun tuning;
  BlockSamples seconds;  // of runs of the whole model
  bool operator==(const ModelUnderJudge&) const = default;
};

struct OnnxruntimeTimes {
  std::string version;
  BlockSamples seconds;
  bool operator==(const OnnxruntimeTimes&) const = default;
};

struct ModelRemeasurement {
  std::string model;
  std::string tasks_key;  // a stable hash of its tasks' keys and weights
  int tasks = 0;
  std::uint64_t seed = 0;
  std::string hardware;  // Hardware::fingerprint
  std::string cpu;
  int threads = 1;
  double relative_error = 0;  // the largest difference of any side's outputs from the first judge's
  double disturbance = 0;     // as BlockTimes has it
  std::vector<ModelUnderJudge> judges;
  std::optional<OnnxruntimeTimes> onnxruntime;  // none: it had no turn
  bool operator==(const ModelRemeasurement&) const = default;

  std::vector<SearchJudge> searched() const;
  // Null: that judge had no turn.
  const ModelUnderJudge* find(const SearchJudge& judge) const;
};

nlohmann::json to_json(const ModelRemeasurement& remeasurement);
Result<ModelRemeasurement> model_remeasurement_from_json(const nlohmann::json& json);

// The file in a bench's directory, an object a line; the later of two lines holds.
std::filesystem::path model_remeasurement_file(const std::filesystem::path& directory);
// None where there is no file. Errors name the file and the line.
Result<std::vector<ModelRemeasurement>> read_model_remeasurements(const std::filesystem::path& file);
// Replaces the file as a whole.
Status write_model_remeasurements(const std::filesystem::path& file,
                                  std::span<const ModelRemeasurement> remeasurements);

// What a remeasurement must be of to count.
struct ModelRemeasurementKey {
  std::string model;
  std::string tasks_key;
  std::uint64_t seed = 0;
  std::string hardware;
  int threads = 1;
  bool onnxruntime = false;  // it must have had its turn; false: it may
};
// The last one of these in which all the judges had their turns; null: none.
const ModelRemeasurement* find_model_remeasurement(std::span<const ModelRemeasurement> all,
                                                   const ModelRemeasurementKey& key,
                                                   std::span<const SearchJudge> judges);

// What is compared of a directory.
struct ModelSelection {
  std::vector<std::string> models;  // empty: all
  std::vector<SearchJudge> judges;  // empty: those that were remeasured last
};

// Of each model and seed the last remeasurement with all of these judges, each with these judges alone and in their
// order; on the machine, and with the threads, of the last line of the file, and of the tasks that a model of this name
// had last. Errors: the file cannot be read; no model was tuned under these judges.
Result<std::vector<ModelRemeasurement>> select_model_remeasurements(const std::filesystem::path& directory,
                                                                    const ModelSelection& selection);

}  // namespace tilecast::tools
