// The parts of a training and what they have in common; for the program tilecast-trainer.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "evaluator/evaluator.h"
#include "worldmodel/provenance.h"
#include "worldmodel/training/contrastive_training.h"
#include "worldmodel/training/transition_training.h"

namespace tilecast::tools {

struct TrainArguments {
  std::vector<std::filesystem::path> files;
  std::filesystem::path output;
  std::filesystem::path curves;
  std::string part = "all";
  std::filesystem::path encoder_from;  // empty: the encoder learns here
  EncoderSize size;
  ContrastiveOptions encoder;
  TransitionOptions transition;
  std::string kind = std::string(transition_name(TransitionKind::kTransH));
  std::size_t programs = 8;
  std::uint64_t seed = 0;  // of encoder and transition

  bool trains(const std::string& name) const { return part == "all" || part == name; }
};

struct TrainingSet {
  std::vector<MeasuredTask> tasks;
  std::vector<TaskRecords> groups;  // the same programs, as judges learn from them
  std::size_t records = 0;
  std::string hash;  // of all records in order: tasks, machines, threads, trajectories and times
};

// Prints now and then, and writes each step as a line of JSON where a file was asked for.
class TrainProgress {
 public:
  TrainProgress(const std::filesystem::path& curves, std::string part);
  void add(std::int64_t step, std::int64_t steps, const std::vector<std::pair<const char*, double>>& values);
  // Of each value, over about the last 20 steps.
  const std::map<std::string, double>& means() const { return means_; }

 private:
  std::string part_;
  std::ofstream stream_;
  std::map<std::string, double> means_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point printed_ = start_;
};

// What a part learnt from and how far it came.
PartTraining part_training(const TrainingSet& set, std::uint64_t seed, std::int64_t steps,
                           const TrainProgress& progress);

// The state of an encoder's training: what a run that was cut off leaves beside the output.
std::filesystem::path state_file(const std::filesystem::path& output);

// Writes the model's encoder to the output, and the state beside it, now and then and at the end. Goes on from the
// state where there is one; a state of other data, options or versions is an error that says what differs.
Status train_encoder(const TrainArguments& arguments, const TrainingSet& set);

// Pretrains the judge `world-model` and adds its trees to the output, a model that is complete but for them.
Status train_trees(const TrainArguments& arguments, const TrainingSet& set);

}  // namespace tilecast::tools
