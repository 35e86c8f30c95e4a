// tilecast bench search-models: how fast whole models are that were tuned under several judges, as a table and a plot.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "commands.h"
#include "judge_arguments.h"
#include "make_directory.h"
#include "model_remeasurement.h"
#include "model_search_bench.h"
#include "model_search_report_text.h"
#include "model_source.h"
#include "stop_flag.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct BenchSearchModelsArguments {
  std::vector<fs::path> models;
  JudgeArguments judges;
  ModelSearchOptions bench;
  bool onnxruntime = false;
  fs::path python = ".deps/venv/bin/python";
  fs::path scripts = "scripts/models";
  fs::path output;
  bool report_only = false;
  bool json = false;
};

// What a model is called in logs and tables.
std::string name_of(const fs::path& model) {
  return model.stem().string();
}

Result<std::vector<ModelToTune>> read_models(const BenchSearchModelsArguments& arguments) {
  std::vector<ModelToTune> models;
  for (const fs::path& file : arguments.models) {
    ModelToTune model{.name = name_of(file), .file = file};
    if (file.extension() != ".onnx") return Error{fmt::format("{}: not the name of an ONNX file", file.string())};
    if (std::any_of(models.begin(), models.end(), [&](const auto& other) { return other.name == model.name; })) {
      return Error{fmt::format("{}: there is another model named {}", file.string(), model.name)};
    }
    TILECAST_TRY(ModelTasks tasks,
                 read_model_tasks({.file = file, .only = {}, .shapes = arguments.bench.timing.shapes}));
    model.tasks = std::move(tasks.tasks);
    model.constant_bytes = tasks.constant_bytes;
    if (model.tasks.empty()) return Error{fmt::format("{} has no task to tune", file.string())};
    models.push_back(std::move(model));
  }
  return models;
}

// False: stopped.
Result<bool> run_bench(const BenchSearchModelsArguments& arguments, const std::vector<SearchJudge>& judges) {
  if (arguments.models.empty()) return Error{"name the ONNX files of one model or more"};
  if (judges.empty()) return Error{"name one --judge or more"};
  TILECAST_TRY(const std::vector<ModelToTune> models, read_models(arguments));
  TILECAST_CHECK(make_directory(arguments.bench.records));
  watch_for_stop();
  ModelSearchOptions options = arguments.bench;
  options.judges = judges;
  options.knowledge = arguments.judges.knowledge();
  if (arguments.onnxruntime) {
    options.timing.onnxruntime = PeerOptions{
        .kind = onnxruntime_peer(), .python = arguments.python, .scripts = arguments.scripts, .arguments = {}};
  }
  return run_model_searches(models, options);
}

Status write_report(const ModelSearchReport& report, const fs::path& directory) {
  TILECAST_CHECK(replace_text(directory / "models.md", to_markdown(report)));
  TILECAST_CHECK(replace_text(directory / "models.json", to_json(report).dump(1) + "\n"));
  return replace_text(directory / "models.svg", to_svg(latency_plot(report)));
}

Status bench_search_models(const BenchSearchModelsArguments& arguments) {
  TILECAST_TRY(const std::vector<SearchJudge> judges, parse_judges(arguments.judges, !arguments.report_only));
  TILECAST_CHECK(make_directory(arguments.output));
  if (!arguments.report_only) {
    TILECAST_TRY(const bool done, run_bench(arguments, judges));
    if (!done) {
      fmt::print("stopped; the same command goes on from {}\n", arguments.bench.records.string());
      return Unit{};
    }
  }
  ModelSelection selection{.models = {}, .judges = judges};
  for (const fs::path& model : arguments.models) selection.models.push_back(name_of(model));
  TILECAST_TRY(const std::vector<ModelRemeasurement> runs,
               select_model_remeasurements(arguments.bench.records, selection));
  const ModelSearchReport report = summarize(runs);
  TILECAST_CHECK(write_report(report, arguments.output));
  fmt::print("{}\n{} has models.md, models.json, models.svg\n", to_markdown(report), arguments.output.string());
  if (arguments.json) fmt::print("{}\n", to_json(report).dump());
  return Unit{};
}

void add_timing_options(CLI::App& command, BenchSearchModelsArguments& arguments) {
  ModelTimingOptions& timing = arguments.bench.timing;
  command.add_option("--threads", timing.threads, "threads of the tuned code, and of every side")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--blocks", timing.blocks, "how often the sides take turns")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--runs", timing.runs, "timed runs in a block")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--shape", timing.shapes, "NAME=1,3,224,224: fixes the shape of an input");
  command
      .add_option("--tolerance", timing.tolerance,
                  "the largest difference of outputs, relative to their largest element")
      ->capture_default_str();
  CLI::Option* onnxruntime = command.add_flag("--onnxruntime", arguments.onnxruntime, "onnxruntime takes turns, too");
  command.add_option("--python", arguments.python, "a Python that has onnxruntime")
      ->capture_default_str()
      ->needs(onnxruntime);
  command.add_option("--scripts", arguments.scripts, "the folder of onnxruntime_peer.py")
      ->capture_default_str()
      ->needs(onnxruntime);
}

}  // namespace

void add_bench_search_models_command(CLI::App& bench, int& exit_code) {
  const auto arguments = std::make_shared<BenchSearchModelsArguments>();
  CLI::App* command = bench.add_subcommand(
      "search-models",
      "Tune whole models under several judges, a seed after the other, compile them, time them in turns, and write a "
      "table and a plot. The same command goes on from where it was stopped.");
  command->add_option("MODEL", arguments->models, "ONNX files, each with a name of its own");
  add_judge_options(*command, arguments->judges,
                    "candidates for each task of a model; a run has as many as all its tasks together, and spends them "
                    "where they gain most");
  command
      ->add_option("--seeds", arguments->bench.seeds, "tuning runs of each model under each judge, with seeds 0, 1, …")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_timing_options(*command, *arguments);
  command
      ->add_option("--records", arguments->bench.records,
                   "directory for a record log a tuning run (MODEL-JUDGE-SEED.jsonl), and for what was remeasured")
      ->required();
  command->add_option("-o,--output", arguments->output, "directory for models.md, models.json and models.svg")
      ->required();
  command->add_flag("--report-only", arguments->report_only,
                    "measure nothing: report what --records holds, of the models and judges named or, without names, "
                    "of all models and the judges of the last bench");
  add_search_options(*command, arguments->bench.round, arguments->bench.optimism);
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] {
    const Status status = bench_search_models(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
