// tilecast bench ranking: how well judges rank programs that they have not learnt from, as tables and a plot.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "commands.h"
#include "make_directory.h"
#include "ranking_bench.h"
#include "ranking_report_text.h"
#include "tune_session.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct BenchRankingArguments {
  RankingBenchOptions bench;  // without its splits and its model
  EvaluatorChoice choice;     // of which --model counts
  std::vector<std::string> splits = {"held-out", "validation"};
  bool without_encoded = false;
  fs::path output;
  bool json = false;
};

RankingBenchOptions options_of(const BenchRankingArguments& arguments) {
  RankingBenchOptions options = arguments.bench;
  options.model = arguments.choice.model;
  options.encoded = !arguments.without_encoded;
  for (const DatasetSplit split : {DatasetSplit::kHeldOut, DatasetSplit::kValidation}) {
    const bool named = std::count(arguments.splits.begin(), arguments.splits.end(), split_name(split)) > 0;
    if (named) options.splits.push_back(split);
  }
  return options;
}

Status bench_ranking(const BenchRankingArguments& arguments) {
  TILECAST_CHECK(make_directory(arguments.output));
  TILECAST_TRY(const RankingReport report, run_rankings(options_of(arguments)));
  const nlohmann::json json = to_json(report);
  const std::string page = to_markdown(report);
  TILECAST_CHECK(replace_text(arguments.output / "ranking.md", page));
  TILECAST_CHECK(replace_text(arguments.output / "ranking.json", json.dump(1) + "\n"));
  TILECAST_CHECK(replace_text(arguments.output / "ranking.svg", to_svg(ranking_plot(report))));
  fmt::print("\n{}\n{} has ranking.md, ranking.json, ranking.svg\n", page, arguments.output.string());
  if (arguments.json) fmt::print("{}\n", json.dump());
  return Unit{};
}

}  // namespace

void add_bench_ranking_command(CLI::App& bench, int& exit_code) {
  const auto arguments = std::make_shared<BenchRankingArguments>();
  RankingBenchOptions& options = arguments->bench;
  CLI::App* command = bench.add_subcommand(
      "ranking",
      "Say how well judges rank programs of a dataset that they have not learnt from: the world model, its parts, the "
      "paper's form of it, without the machine, without any training; then judges that have not learnt from a sort of "
      "tasks. Writes tables and a plot.");
  command->add_option("FILE", options.files, "files of a dataset, such as data/dataset/records-1.jsonl.xz")->required();
  add_world_model_option(*command, arguments->choice);
  command
      ->add_option("--other-models", options.other_models,
                   "models that were trained like it with other seeds, separated by commas: of the judges that read a "
                   "model a table says how far they vary")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
  command->add_option("--split", arguments->splits, "whose programs are ranked; several separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"validation", "held-out"}))
      ->capture_default_str();
  command->add_flag("--without-encoded", arguments->without_encoded,
                    "leave out the judge that builds and encodes every program, which takes most of the time");
  command
      ->add_option("--without-operator", options.operators,
                   "main operators, separated by commas, that are left out of training one after the other; those of "
                   "the files among some that are unlike each other when none is named")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--train-flops-below", options.train_flops_below,
                   "at last, learn only from tasks with less work than so many operations, and rank the others")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output, "directory for ranking.md, ranking.json and ranking.svg")
      ->required();
  command->add_option("--seed", options.seed, "of all random numbers")->capture_default_str();
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] {
    const Status status = bench_ranking(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
