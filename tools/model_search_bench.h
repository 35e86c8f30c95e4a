// The runs of `tilecast bench search-models`: each model and seed tuned under several judges, compiled, and timed in
// turns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/task.h"
#include "model_timing.h"
#include "search_evaluators.h"
#include "search_judge.h"
#include "tuner/tuner.h"

namespace tilecast::tools {

struct ModelSearchOptions {
  std::vector<SearchJudge> judges;  // with the trials of a task: a run has as many for each task of the model together
  JudgeKnowledge knowledge;
  int round = TuneOptions{}.round;  // candidates of a task measured at once
  double optimism = TuneOptions{}.optimism;
  int seeds = 3;                  // 0, 1, …: of the run, and of the inputs that are timed
  ModelTimingOptions timing;      // its threads are also those with which candidates are measured
  std::filesystem::path records;  // directory of the logs (search_log) and the model_remeasurement_file
};

struct ModelToTune {
  std::string name;
  std::filesystem::path file;       // ONNX
  std::vector<WeightedTask> tasks;  // of it
  std::int64_t constant_bytes = 0;  // as MeasureOptions has it
};

// Does what `records` does not hold yet. False: Ctrl-C ended it early. Prints a line a tuning run and a timed side.
// Errors are of files, of an evaluator's weights, of the machine, or of a model that cannot be timed, which they name;
// what goes wrong with a candidate is in its log.
Result<bool> run_model_searches(const std::vector<ModelToTune>& models, const ModelSearchOptions& options);

}  // namespace tilecast::tools
