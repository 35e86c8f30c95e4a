// tilecast eval: how well an evaluator ranks the programs of a dataset that it has not learnt from.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "evaluator/calibration.h"
#include "evaluator/ranking.h"
#include "evaluator/world_model_evaluator.h"
#include "frontend/main_operator.h"
#include "judges.h"
#include "network_weights.h"
#include "profile/text_table.h"
#include "record/dataset_file.h"
#include "task_records.h"
#include "transfer.h"

namespace tilecast::tools {
namespace {

struct EvalArguments {
  std::vector<std::filesystem::path> files;
  EvaluatorChoice evaluator;
  std::string split = std::string(split_name(DatasetSplit::kHeldOut));
  bool cold = false;
  bool without_hardware = false;
  std::string by = "network";
  Transfer transfer;
  bool calibration = false;
  std::uint64_t seed = 0;
  bool json = false;
};

// The quality of each network's or operator's tasks, and of all together.
struct Qualities {
  std::map<std::string, RankingQuality> parts;
  RankingQuality all;
  Calibration calibration;
  double scoring_seconds = 0;
  double training_seconds = 0;
};

void add_group(const TaskRecords& group, std::span<const double> scores, const NetworkWeights& weights,
               const std::string& by, Qualities& result) {
  if (scores.empty()) return;
  const std::vector<double> seconds = seconds_of(group);
  const NetworkWeights::Weights& uses = weights.of(group.task.task.key);
  if (!uses.empty()) result.calibration.add(scores, seconds);
  const TaskRanking ranking = rank_programs(scores, seconds);
  const std::string operator_name = by == "operator" ? main_operator(group.task.task.graph) : "";
  for (const auto& [network, weight] : uses) {
    result.parts[by == "operator" ? operator_name : network].add(ranking, weight);
    result.all.add(ranking, weight);
  }
}

Result<Qualities> evaluate(const EvalArguments& arguments, std::span<const TaskRecords> training,
                           std::span<const TaskRecords> groups, const NetworkWeights& weights) {
  Judges judges(arguments.evaluator, training, arguments.seed, arguments.without_hardware);
  TILECAST_TRY(const ScoredGroups scored, score_groups(
                                              groups, [](const TaskRecords&) { return true; }, judges));
  Qualities result{.scoring_seconds = scored.scoring_seconds, .training_seconds = judges.training_seconds()};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    add_group(groups[i], scored.scores[i], weights, arguments.by, result);
  }
  return result;
}

nlohmann::json to_json(const PairCalibration& pairs) {
  return {{"pairs", pairs.pairs()},
          {"right", pairs.right()},
          {"predicted", pairs.predicted()},
          {"measured", pairs.measured()},
          {"slope", pairs.slope()}};
}

nlohmann::json to_json(const Calibration& calibration) {
  nlohmann::json result = {{"all", to_json(calibration.all())}};
  for (std::size_t i = 0; i < kDifferenceBounds.size(); ++i) {
    result[difference_range_text(i)] = to_json(calibration.by_difference()[i]);
  }
  return result;
}

void print(const Calibration& calibration) {
  TextTable table({{"predicted difference", TextTable::Align::kLeft},
                   {"pairs"},
                   {"right order"},
                   {"mean predicted"},
                   {"mean measured"},
                   {"slope"}});
  const auto add = [&](const std::string& name, const PairCalibration& pairs) {
    if (pairs.pairs() == 0) return;
    table.add({name, fmt::format("{}", pairs.pairs()), fmt::format("{:.3f}", pairs.right()),
               fmt::format("{:.3f}", pairs.predicted()), fmt::format("{:.3f}", pairs.measured()),
               fmt::format("{:.3f}", pairs.slope())});
  };
  for (std::size_t i = 0; i < kDifferenceBounds.size(); ++i) {
    add(difference_range_text(i), calibration.by_difference()[i]);
  }
  add("all", calibration.all());
  fmt::print("\n{}", table.text());
}

void print(const Qualities& qualities, const std::string& by) {
  using Align = TextTable::Align;
  TextTable table({{by, Align::kLeft}, {"tasks"}, {"programs"}, {"top-1"}, {"top-5"}, {"rank correlation"}});
  const auto add = [&](const std::string& name, const RankingQuality& quality) {
    table.add({name, fmt::format("{}", quality.tasks()), fmt::format("{}", quality.programs()),
               fmt::format("{:.3f}", quality.top1()), fmt::format("{:.3f}", quality.top5()),
               fmt::format("{:.3f}", quality.rank_correlation())});
  };
  for (const auto& [name, quality] : qualities.parts) add(name, quality);
  add("all", qualities.all);
  fmt::print("{}", table.text());
}

Status run_eval(const EvalArguments& arguments) {
  if (arguments.files.empty()) return Error{"give files of a dataset, such as data/dataset/records-1.jsonl.xz"};
  const DatasetSplit split = *split_from_name(arguments.split);
  TILECAST_TRY(const Dataset dataset, read_datasets(arguments.files));
  TILECAST_TRY(std::vector<TaskRecords> groups, some_records_of_split(dataset, split, arguments.files.front()));
  std::vector<TaskRecords> training;
  if (!arguments.cold) {
    TILECAST_TRY(training, some_records_of_split(dataset, DatasetSplit::kTrain, arguments.files.front()));
  }
  TILECAST_CHECK(keep_apart(arguments.transfer, dataset, training, groups));
  TILECAST_TRY(const Qualities qualities, evaluate(arguments, training, groups, NetworkWeights(dataset, split)));

  if (ranker_from_name(arguments.evaluator.name)) {
    TILECAST_TRY(const std::string model, world_model_text(arguments.evaluator));
    fmt::print("{}\n", model);
  }
  const std::size_t learnt = count_programs(training);
  fmt::print("evaluator {}, {} ({} programs of {} tasks, {:.1f} s), split {}{}{}\n", arguments.evaluator.name,
             arguments.cold ? "cold" : "pretrained", learnt, training.size(), qualities.training_seconds,
             arguments.split, to_text(arguments.transfer),
             arguments.without_hardware ? ", without hardware features" : "");
  print(qualities, arguments.by);
  if (arguments.calibration) print(qualities.calibration);
  if (!arguments.json) return Unit{};
  nlohmann::json parts = nlohmann::json::object();
  for (const auto& [name, quality] : qualities.parts) parts[name] = to_json(quality);
  fmt::print("{}\n", nlohmann::json{{"evaluator", arguments.evaluator.name},
                                    {"split", arguments.split},
                                    {"without_hardware", arguments.without_hardware},
                                    {"without_operator", arguments.transfer.without_operator},
                                    // Null where there is no limit: JSON has no infinity.
                                    {"train_flops_below", arguments.transfer.train_flops_below},
                                    {"learnt_programs", learnt},
                                    {"learnt_tasks", training.size()},
                                    {"training_seconds", qualities.training_seconds},
                                    {"scoring_seconds", qualities.scoring_seconds},
                                    {arguments.by + "s", parts},
                                    {"calibration", to_json(qualities.calibration)},
                                    {"all", to_json(qualities.all)}}
                         .dump());
  return Unit{};
}

}  // namespace

void add_eval_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = app.add_subcommand("eval", "Say how well an evaluator ranks the programs of a dataset.");
  command->require_subcommand(0, 1);
  // Not `required`: subcommands have files of their own.
  command->add_option("FILE", arguments->files, "files of a dataset, such as data/dataset/records-1.jsonl.xz");
  add_evaluator_options(*command, arguments->evaluator);
  command->add_option("--split", arguments->split, "whose programs are ranked")
      ->check(CLI::IsMember({"train", "validation", "held-out"}))
      ->capture_default_str();
  command->add_flag("--cold", arguments->cold,
                    "do not learn from the training split first, nor know what a model's trees do");
  command->add_flag("--without-hardware", arguments->without_hardware,
                    "take all machines, in what is learnt and in what is ranked, for one and the same");
  command->add_option("--by", arguments->by, "whose qualities are printed: those of each network or main operator")
      ->check(CLI::IsMember({"network", "operator"}))
      ->capture_default_str();
  add_transfer_options(*command, arguments->transfer);
  command->add_flag("--calibration", arguments->calibration,
                    "also compare differences of scores within a task with those of log2 of the times");
  command->add_option("--seed", arguments->seed, "of all random numbers")->capture_default_str();
  command->add_flag("--json", arguments->json, "end with one JSON object");
  add_eval_rollouts_command(*command, exit_code);
  command->callback([arguments, command, &exit_code] {
    if (!command->get_subcommands().empty()) return;
    const Status status = run_eval(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
