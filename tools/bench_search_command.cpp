// tilecast bench search: what searches under several judges find, and how fast, as tables and plots.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "commands.h"
#include "judge_arguments.h"
#include "make_directory.h"
#include "model_source.h"
#include "search_bench.h"
#include "search_report_text.h"
#include "search_runs.h"
#include "stop_flag.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct BenchSearchArguments {
  ModelSource source;
  JudgeArguments judges;
  SearchBenchOptions bench;
  fs::path ansor = "data/ansor64.csv";
  fs::path output;
  bool report_only = false;
  bool json = false;
};

// False: stopped.
Result<bool> run_bench(const BenchSearchArguments& arguments, const std::vector<SearchJudge>& judges) {
  if (arguments.source.file.empty()) return Error{"name with --suite what to search"};
  if (judges.empty()) return Error{"name one --judge or more"};
  TILECAST_TRY(const std::vector<WeightedTask> tasks, read_tasks(arguments.source));
  TILECAST_CHECK(make_directory(arguments.bench.records));
  watch_for_stop();
  SearchBenchOptions options = arguments.bench;
  options.judges = judges;
  options.knowledge = arguments.judges.knowledge();
  return run_searches(tasks, options);
}

Status write_report(const SearchReport& report, const fs::path& directory) {
  TILECAST_CHECK(replace_text(directory / "search.md", to_markdown(report)));
  TILECAST_CHECK(replace_text(directory / "search.json", to_json(report).dump(1) + "\n"));
  TILECAST_CHECK(replace_text(directory / "efficiency.svg", to_svg(efficiency_plot(report))));
  return replace_text(directory / "subgraphs.svg", to_svg(speed_plot(report)));
}

Status bench_search(const BenchSearchArguments& arguments) {
  TILECAST_TRY(const std::vector<SearchJudge> judges, parse_judges(arguments.judges, !arguments.report_only));
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
  add_judge_options(*command, arguments->judges, "candidates of a search");
  command->add_option("--seeds", options.seeds, "searches of each subgraph under each judge, with seeds 0, 1, …")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", options.threads, "threads of the tuned code")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_search_options(*command, options.round, options.optimism);
  command->add_option("--rounds", options.rounds, "times that the best programs take turns at the end; medians count")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--records", options.records,
                   "directory for a record log a search (SUBGRAPH-JUDGE-SEED.jsonl) and for what was remeasured")
      ->required();
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
