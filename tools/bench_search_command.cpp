// tilecast bench search: what searches under several judges find, and how fast, as tables and plots.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "commands.h"
#include "model_source.h"
#include "search_bench.h"
#include "search_report_text.h"
#include "search_runs.h"
#include "stop_flag.h"
#include "tune_session.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct BenchSearchArguments {
  ModelSource source;
  std::vector<std::string> judges;
  std::int64_t trials = 64;
  SearchBenchOptions bench;
  EvaluatorChoice choice;  // of which --model counts
  fs::path ansor = "data/ansor64.csv";
  fs::path output;
  bool report_only = false;
  bool json = false;
};

// That there is something which a pretrained judge has learnt from.
Status check_pretrained(const SearchJudge& judge, const std::string& text, const BenchSearchArguments& arguments) {
  if (!judge.pretrained || !arguments.bench.warm_start.empty() || arguments.report_only) return Unit{};
  if (judge.evaluator != "world-model") {
    return Error{fmt::format("judge \"{}\": name with --warm-start what it learns from", text)};
  }
  const Status status = check_trees(arguments.choice);
  return status.ok() ? status : Error{fmt::format("judge \"{}\": {}", text, status.error().message)};
}

Result<std::vector<SearchJudge>> parse_judges(const BenchSearchArguments& arguments) {
  const std::vector<std::string> names = evaluator_names();
  std::vector<SearchJudge> judges;
  for (const std::string& text : arguments.judges) {
    TILECAST_TRY(SearchJudge judge, parse_judge(text, arguments.trials));
    if (std::find(names.begin(), names.end(), judge.evaluator) == names.end()) {
      return Error{fmt::format("judge \"{}\": there is no evaluator {}, only {}", text, judge.evaluator,
                               fmt::join(names, ", "))};
    }
    TILECAST_CHECK(check_pretrained(judge, text, arguments));
    if (std::find(judges.begin(), judges.end(), judge) != judges.end()) {
      return Error{fmt::format("judge \"{}\" is there twice", judge.label())};
    }
    judges.push_back(std::move(judge));
  }
  return judges;
}

Status make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return Error{fmt::format("cannot make {}: {}", directory.string(), error.message())};
  return Unit{};
}

// False: stopped.
Result<bool> run_bench(const BenchSearchArguments& arguments, const std::vector<SearchJudge>& judges) {
  if (arguments.source.file.empty()) return Error{"name with --suite what to search"};
  if (judges.empty()) return Error{"name one --judge or more"};
  TILECAST_TRY(const std::vector<WeightedTask> tasks, read_tasks(arguments.source));
  TILECAST_CHECK(make_directory(arguments.bench.records));
  watch_for_stop();
  SearchBenchOptions options = arguments.bench;
  options.judges = judges;
  options.model = arguments.choice.model;
  return run_searches(tasks, options);
}

Status write_report(const SearchReport& report, const fs::path& directory) {
  TILECAST_CHECK(replace_text(directory / "search.md", to_markdown(report)));
  TILECAST_CHECK(replace_text(directory / "search.json", to_json(report).dump(1) + "\n"));
  TILECAST_CHECK(replace_text(directory / "efficiency.svg", to_svg(efficiency_plot(report))));
  return replace_text(directory / "subgraphs.svg", to_svg(speed_plot(report)));
}

Status bench_search(const BenchSearchArguments& arguments) {
  TILECAST_TRY(const std::vector<SearchJudge> judges, parse_judges(arguments));
  std::map<std::string, AnsorResult> ansor;
  if (!arguments.ansor.empty()) {
    TILECAST_TRY(ansor, read_ansor_results(arguments.ansor));
  }
  TILECAST_CHECK(make_directory(arguments.output));
  if (!arguments.report_only) {
    TILECAST_TRY(const bool done, run_bench(arguments, judges));
    if (!done) {
      fmt::print("stopped; the same command goes on from {}\n", arguments.bench.records.string());
      return Unit{};
    }
  }
  TILECAST_TRY(const SearchRuns runs,
               read_search_runs(arguments.bench.records, {arguments.source.only, judges}, ansor));
  const SearchReport report = summarize(runs);
  TILECAST_CHECK(write_report(report, arguments.output));
  fmt::print("{}\n{} has search.md, search.json, efficiency.svg, subgraphs.svg\n", to_markdown(report),
             arguments.output.string());
  if (arguments.json) fmt::print("{}\n", to_json(report).dump());
  return Unit{};
}

}  // namespace

void add_bench_search_command(CLI::App& bench, int& exit_code) {
  const auto arguments = std::make_shared<BenchSearchArguments>();
  SearchBenchOptions& options = arguments->bench;
  CLI::App* command = bench.add_subcommand(
      "search",
      "Search each subgraph of a suite under several judges, a seed after the other, time the best programs in turns, "
      "and write tables and plots. The same command goes on from where it was stopped.");
  command->add_option("--suite", arguments->source.file, "the suite (JSON)");
  command->add_option("--only", arguments->source.only, "names of subgraphs, separated by commas")->delimiter(',');
  command->add_option(
      "--judge", arguments->judges,
      "NAME of an evaluator that has learnt nothing, or NAME+pretrained (on the files of --warm-start; without them "
      "world-model+pretrained takes the trees of its model); with :TRIALS behind it for other trials than --trials. "
      "Once for each judge; the first is what the "
      "others are compared with");
  command->add_option("--trials", arguments->trials, "candidates of a search")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--seeds", options.seeds, "searches of each subgraph under each judge, with seeds 0, 1, …")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", options.threads, "threads of the tuned code")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--rounds", options.rounds, "times that the best programs take turns at the end; medians count")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--records", options.records,
                   "directory for a record log a search (SUBGRAPH-JUDGE-SEED.jsonl) and for what was remeasured")
      ->required();
  command
      ->add_option(
          "--warm-start", options.warm_start,
          "record logs and files of a dataset, from which pretrained judges learn before each search, in place "
          "of a model's trees")
      ->check(CLI::ExistingFile);
  add_world_model_option(*command, arguments->choice);
  command
      ->add_option("--ansor", arguments->ansor,
                   "what Ansor reached with 64 trials, to compare shares of peak; empty: no comparison")
      ->capture_default_str();
  command
      ->add_option("-o,--output", arguments->output,
                   "directory for search.md, search.json, efficiency.svg and subgraphs.svg")
      ->required();
  command->add_flag("--report-only", arguments->report_only,
                    "measure nothing: report what --records holds, of the judges named or those of the last bench");
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] {
    const Status status = bench_search(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
