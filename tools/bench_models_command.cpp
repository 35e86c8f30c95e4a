// tilecast bench models: whole models next to onnxruntime and, when asked for, PyTorch.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "model_bench.h"
#include "profile/profile_table.h"
#include "stop_flag.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct BenchModelsArguments {
  std::vector<fs::path> models;
  fs::path suite = "models";
  std::vector<std::string> only;
  std::vector<fs::path> records;
  std::vector<fs::path> compiled;
  fs::path scripts = "scripts/models";
  fs::path python = ".deps/venv/bin/python";
  bool pytorch = false;
  fs::path pytorch_python = "/usr/bin/python3";
  bool channels_last = false;
  ModelBenchOptions options;
  bool json = false;
};

// The models that were named; without any, all of the suite's folder.
Result<std::vector<fs::path>> model_files(const BenchModelsArguments& arguments) {
  if (!arguments.models.empty()) return arguments.models;
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(arguments.suite, error)) {
    if (entry.path().extension() == ".onnx") files.push_back(entry.path());
  }
  if (files.empty()) return Error{fmt::format("{} has no ONNX models: name some", arguments.suite.string())};
  std::sort(files.begin(), files.end());
  return files;
}

// The record log of a model: NAME.jsonl in a directory, or one file for each model. A directory need not have all.
Result<fs::path> records_of(const BenchModelsArguments& arguments, std::size_t index, const std::string& name,
                            std::size_t models) {
  if (arguments.records.empty()) return fs::path();
  if (arguments.records.size() == 1 && fs::is_directory(arguments.records.front())) {
    const fs::path file = arguments.records.front() / (name + ".jsonl");
    return fs::exists(file) ? file : fs::path();
  }
  if (arguments.records.size() == models) return arguments.records[index];
  return Error{fmt::format("{} --records for {} models: give one file for each, in their order, or one directory",
                           arguments.records.size(), models)};
}

Result<std::vector<ModelBenchEntry>> find_entries(const BenchModelsArguments& arguments) {
  TILECAST_TRY(const std::vector<fs::path> files, model_files(arguments));
  if (!arguments.compiled.empty() && arguments.compiled.size() != files.size()) {
    return Error{fmt::format("{} --compiled for {} models: give one directory for each, in their order",
                             arguments.compiled.size(), files.size())};
  }
  std::vector<ModelBenchEntry> entries;
  for (std::size_t i = 0; i < files.size(); ++i) {
    ModelBenchEntry entry{.name = files[i].stem().string(), .model = files[i]};
    TILECAST_TRY(entry.records, records_of(arguments, i, entry.name, files.size()));
    if (!arguments.compiled.empty()) entry.compiled = arguments.compiled[i];
    entries.push_back(std::move(entry));
  }
  if (arguments.only.empty()) return entries;
  std::vector<ModelBenchEntry> chosen;
  for (const std::string& name : arguments.only) {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.name == name; });
    if (found == entries.end()) return Error{fmt::format("there is no model \"{}\" to choose with --only", name)};
    chosen.push_back(*found);
  }
  return chosen;
}

std::vector<PeerOptions> peers_of(const BenchModelsArguments& arguments) {
  std::vector<PeerOptions> peers{
      {.kind = onnxruntime_peer(), .python = arguments.python, .scripts = arguments.scripts, .arguments = {}}};
  if (!arguments.pytorch) return peers;
  peers.push_back(
      {.kind = pytorch_peer(), .python = arguments.pytorch_python, .scripts = arguments.scripts, .arguments = {}});
  if (arguments.channels_last) peers.back().arguments.emplace_back("--channels-last");
  return peers;
}

// A model that fails costs its own row; the exit code says that one did.
int bench_models(const BenchModelsArguments& arguments) {
  const auto entries = find_entries(arguments);
  if (!entries.ok()) return report_error(entries.error().message);
  if (!arguments.options.inputs.empty() && entries->size() > 1) {
    return report_error("--input: the inputs of one model can be given, name one");
  }
  ModelBenchOptions options = arguments.options;
  options.peers = peers_of(arguments);
  watch_for_stop();
  std::vector<ModelComparison> comparisons;
  double peak = 0;
  int exit_code = 0;
  for (const ModelBenchEntry& entry : *entries) {
    if (stop_requested()) break;
    const MachinePeaks peaks = measure_peaks(options.threads);
    // Neighbours on a shared machine lower it now and then: the largest of all counts.
    peak = std::max(peak, peaks.gflops);
    const auto result = bench_model(entry, options, peaks);
    if (!result.ok()) {
      exit_code = report_error(fmt::format("{}: {}", entry.name, result.error().message));
      continue;
    }
    comparisons.push_back(result->comparison);
    const Profile tasks = by_time(by_task(result->profile));
    fmt::print("{}{}\n", profile_table(tasks, ProfileUnit::kTask), profile_totals(tasks));
    std::fflush(stdout);
  }
  fmt::print("{}", comparison_table(comparisons, peak));
  if (arguments.json) fmt::print("{}\n", to_json(comparisons, peak).dump());
  return exit_code;
}

}  // namespace

void add_bench_models_command(CLI::App& bench, int& exit_code) {
  const auto arguments = std::make_shared<BenchModelsArguments>();
  ModelBenchOptions& options = arguments->options;
  CLI::App* command = bench.add_subcommand("models",
                                           "Time compiled models next to onnxruntime, and PyTorch with --pytorch, in "
                                           "turns on the same inputs, and compare their outputs.");
  command->add_option("MODEL", arguments->models, "ONNX files; without any, all in the folder that --suite names");
  command->add_option("--suite", arguments->suite, "a folder of ONNX models")->capture_default_str();
  command->add_option("--only", arguments->only, "names of models (files without .onnx), separated by commas")
      ->delimiter(',');
  command->add_option("--records", arguments->records,
                      "a record log for each MODEL, in their order, or a directory with NAME.jsonl; models without one "
                      "get default schedules");
  command->add_option("--compiled", arguments->compiled,
                      "a directory that `tilecast compile` wrote, for each MODEL in their order, to be taken as it is");
  command->add_option("--threads", options.threads, "threads of every side")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--blocks", options.blocks, "how often the sides take turns")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--runs", options.runs, "timed runs in a block")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--input", options.inputs, "NAME=FILE.npy, for all inputs of the one model; else random ones");
  command->add_option("--seed", options.seed, "of the random inputs")->capture_default_str();
  command->add_option("--shape", options.shapes, "NAME=1,3,224,224: fixes the shape of an input");
  command
      ->add_option("--tolerance", options.tolerance,
                   "the largest difference of outputs, relative to their largest element")
      ->capture_default_str();
  command->add_option("--python", arguments->python, "a Python that has onnxruntime")->capture_default_str();
  command->add_option("--scripts", arguments->scripts, "the folder of onnxruntime_peer.py")->capture_default_str();
  CLI::Option* pytorch =
      command->add_flag("--pytorch", arguments->pytorch,
                        "eager PyTorch takes turns, too: the networks that scripts/models/export.py writes");
  command->add_option("--pytorch-python", arguments->pytorch_python, "a Python that has PyTorch, torchvision and onnx")
      ->capture_default_str()
      ->needs(pytorch);
  command->add_flag("--channels-last", arguments->channels_last, "PyTorch has its pictures and filters channels last")
      ->needs(pytorch);
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] { exit_code = bench_models(*arguments); });
}

}  // namespace tilecast::tools
