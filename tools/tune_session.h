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

namespace tilecast::tools {

// The words that --evaluator takes.
std::vector<std::string> evaluator_names();

// The file that `world-model` reads where no other is given; it stands beside the program.
std::filesystem::path default_world_model();

// An evaluator that has learnt from no measurement yet. `name` is one of evaluator_names(); `model` is the file that
// `world-model` reads. Fails when that is no model that this program reads.
Result<std::unique_ptr<Evaluator>> make_evaluator(const std::string& name, const Hardware& hardware, int threads,
                                                  std::uint64_t seed, const std::filesystem::path& model);

// Adds --model to a command; and --evaluator with it.
void add_world_model_option(CLI::App& command, std::filesystem::path& model);
void add_evaluator_options(CLI::App& command, std::string& evaluator, std::filesystem::path& model);

// Pretrains the evaluator on record logs and files of a dataset (of which the training split): the records with as many
// threads, of any machine. An error when a file cannot be read or holds none of them. Nothing happens without files.
Status warm_start(Evaluator& evaluator, const std::vector<std::filesystem::path>& files, int threads);

// Measures with stop_requested() as the way to be cancelled.
Result<std::unique_ptr<Measurer>> make_measurer(MeasureOptions options);

}  // namespace tilecast::tools
