// What `tune`, `bench` and `collect` have in common: an evaluator by name, measurer, hardware.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "evaluator/evaluator.h"
#include "measure/measurer.h"
#include "tuner/tuner.h"
#include "worldmodel/world_model.h"

namespace tilecast::tools {

// The words that --evaluator takes.
std::vector<std::string> evaluator_names();

struct EvaluatorChoice {
  std::string name = "world-model";  // one of evaluator_names()
  std::filesystem::path model;       // that `world-model` and `encoded` read; empty: the one beside the program
  bool pretrained = true;            // `world-model` knows what the trees of its model have learnt, if it has any
};
// Adds --model to a command; and --evaluator with it.
void add_world_model_option(CLI::App& command, EvaluatorChoice& choice);
void add_evaluator_options(CLI::App& command, EvaluatorChoice& choice);

// Adds --round and --optimism.
void add_search_options(CLI::App& command, int& round, double& optimism);

// An error that says what to do where `world-model` of this choice would know nothing before the first measurement: its
// model has no trees.
Status check_trees(const EvaluatorChoice& choice);

// The model that the choice names. Fails when its file is none that this program reads.
Result<WorldModel> read_world_model(const EvaluatorChoice& choice);

// What the parts of the model that the choice names learnt from, on one line; and with the name of its file before it.
Result<std::string> world_model_training(const EvaluatorChoice& choice);
Result<std::string> world_model_text(const EvaluatorChoice& choice);

// An evaluator that has learnt from no measurement yet but those of the model's trees. Fails when the file of the model
// is missing or none that this program reads.
Result<std::unique_ptr<Evaluator>> make_evaluator(const EvaluatorChoice& choice, const Machine& machine,
                                                  std::uint64_t seed);

// Pretrains the evaluator on record logs and files of a dataset (of which the training split): the records with as many
// threads, of any machine. An error when a file cannot be read or holds none of them. Nothing happens without files.
Status warm_start(Evaluator& evaluator, const std::vector<std::filesystem::path>& files, int threads);

// Measures with stop_requested() as the way to be cancelled.
Result<std::unique_ptr<Measurer>> make_measurer(MeasureOptions options);

}  // namespace tilecast::tools
