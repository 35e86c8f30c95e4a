#include "ranking_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <map>
#include <span>

#include "base/stopwatch.h"
#include "judges.h"
#include "network_weights.h"
#include "record/dataset_file.h"
#include "task_records.h"
#include "transfer.h"

namespace tilecast::tools {
namespace {

// Those of which no part has learnt from what is left out: the encoder, the transition and the head of a model have.
constexpr std::array kTransferJudges = {"actions", "static"};

struct RankedSplit {
  DatasetSplit split = DatasetSplit::kHeldOut;
  std::vector<TaskRecords> groups;
  NetworkWeights weights;
};

struct Programs {
  std::vector<TaskRecords> training;
  std::vector<RankedSplit> splits;
};

using Scores = std::vector<std::vector<double>>;  // of a split: ScoredGroups::scores

Result<Programs> read_programs(const RankingBenchOptions& options) {
  TILECAST_TRY(const Dataset dataset, read_datasets(options.files));
  for (const std::string& name : options.operators) TILECAST_CHECK(check_operator(name, dataset));
  const std::filesystem::path& file = options.files.front();
  Programs programs;
  TILECAST_TRY(programs.training, some_records_of_split(dataset, DatasetSplit::kTrain, file));
  for (const DatasetSplit split : options.splits) {
    TILECAST_TRY(std::vector<TaskRecords> groups, some_records_of_split(dataset, split, file));
    programs.splits.push_back({split, std::move(groups), NetworkWeights(dataset, split)});
  }
  return programs;
}

std::vector<Hardware> machines_of(const Programs& programs) {
  std::map<std::string, Hardware> machines;  // by fingerprint
  for (const RankedSplit& split : programs.splits) {
    for (const TaskRecords& group : split.groups) {
      const Hardware& hardware = group.machine.hardware;
      machines.emplace(hardware.fingerprint, hardware);
    }
  }
  std::vector<Hardware> result;
  for (const auto& [fingerprint, machine] : machines) result.push_back(machine);
  return result;
}

bool any_group(const TaskRecords& /*group*/) {
  return true;
}

// Of each split, by a judge that has learnt from `training`.
Result<std::vector<Scores>> score_splits(const ComparedJudge& judge, std::span<const TaskRecords> training,
                                         std::span<const RankedSplit> splits, const GroupFilter& wanted,
                                         const std::filesystem::path& model, std::uint64_t seed) {
  const auto start = std::chrono::steady_clock::now();
  Judges judges({judge.evaluator, model}, judge.cold ? std::span<const TaskRecords>() : training, seed,
                judge.without_hardware);
  std::vector<Scores> scores;
  for (const RankedSplit& split : splits) {
    TILECAST_TRY(ScoredGroups scored, score_groups(split.groups, wanted, judges));
    scores.push_back(std::move(scored.scores));
  }
  fmt::print("{}: {:.1f} s\n", label(judge), seconds_since(start));
  std::fflush(stdout);
  return scores;
}

// Of the groups that were scored and are wanted.
RankingQuality quality_of(const RankedSplit& split, const Scores& scores, const GroupFilter& wanted) {
  RankingQuality quality;
  for (std::size_t i = 0; i < split.groups.size(); ++i) {
    const TaskRecords& group = split.groups[i];
    if (scores[i].empty() || !wanted(group)) continue;
    const TaskRanking ranking = rank_programs(scores[i], seconds_of(group));
    for (const auto& [network, weight] : split.weights.of(group.task.task.key)) quality.add(ranking, weight);
  }
  return quality;
}

SplitQuality split_quality(const RankedSplit& split, const Scores& scores, const std::vector<Hardware>& machines) {
  SplitQuality quality{.all = quality_of(split, scores, any_group)};
  for (const Hardware& machine : machines) {
    quality.machines.push_back(quality_of(split, scores, [&](const TaskRecords& group) {
      return group.machine.hardware.fingerprint == machine.fingerprint;
    }));
  }
  return quality;
}

std::vector<Transfer> transfers_of(const RankingBenchOptions& options) {
  std::vector<Transfer> transfers;
  for (const std::string& name : options.operators.empty() ? transfer_operators() : options.operators) {
    transfers.push_back({.without_operator = name});
  }
  transfers.push_back({.train_flops_below = options.train_flops_below});
  return transfers;
}

std::string sort_name(const Transfer& transfer) {
  if (!transfer.without_operator.empty()) return transfer.without_operator;
  return fmt::format("{:g} FLOP and more", transfer.train_flops_below);
}

// What each of kTransferJudges says of all programs after learning from all of the training split.
using FullScores = std::map<std::string, std::vector<Scores>>;

bool any_ranked(const Programs& programs, const std::vector<Scores>& scores, const GroupFilter& wanted) {
  for (std::size_t s = 0; s < scores.size(); ++s) {
    if (quality_of(programs.splits[s], scores[s], wanted).tasks() > 0) return true;
  }
  return false;
}

// A row a judge and split.
Status add_transfer(const Transfer& transfer, const Programs& programs, const FullScores& full,
                    const RankingBenchOptions& options, std::vector<TransferRow>& rows) {
  std::vector<TaskRecords> training;
  std::copy_if(programs.training.begin(), programs.training.end(), std::back_inserter(training),
               [&](const TaskRecords& group) { return may_learn(transfer, group); });
  const GroupFilter wanted = [&](const TaskRecords& group) { return is_ranked(transfer, group); };
  const bool some_left_out = !training.empty() && training.size() < programs.training.size();
  if (!some_left_out || !any_ranked(programs, full.at(kTransferJudges.front()), wanted)) {
    fmt::print("{}: no tasks to leave out, to learn from or to rank\n", sort_name(transfer));
    return Unit{};
  }
  for (const char* name : kTransferJudges) {
    fmt::print("{}: ", sort_name(transfer));
    TILECAST_TRY(const std::vector<Scores> scores,
                 score_splits({.evaluator = name}, training, programs.splits, wanted, options.model, options.seed));
    for (std::size_t s = 0; s < scores.size(); ++s) {
      const RankedSplit& split = programs.splits[s];
      const RankingQuality without = quality_of(split, scores[s], wanted);
      if (without.tasks() == 0) continue;
      rows.push_back({sort_name(transfer), name, std::string(split_name(split.split)), without,
                      quality_of(split, full.at(name)[s], wanted)});
    }
  }
  return Unit{};
}

// Of each judge that reads a model, what becomes of it with each of the other models.
Status add_other_models(const Programs& programs, const RankingBenchOptions& options, RankingReport& report) {
  for (const std::filesystem::path& model : options.other_models) {
    TILECAST_TRY(report.other_models.emplace_back(), world_model_training({.model = model}));
    for (JudgeRow& row : report.judges) {
      if (!reads_model(row.judge)) continue;
      fmt::print("{}: ", model.string());
      TILECAST_TRY(const std::vector<Scores> scores,
                   score_splits(row.judge, programs.training, programs.splits, any_group, model, options.seed));
      std::vector<RankingQuality>& qualities = row.others.emplace_back();
      for (std::size_t s = 0; s < scores.size(); ++s) {
        qualities.push_back(quality_of(programs.splits[s], scores[s], any_group));
      }
    }
  }
  return Unit{};
}

}  // namespace

std::vector<std::string> transfer_operators() {
  return {"dwconv", "gconv", "conv_transpose", "attention", "batch_matmul", "dense", "max_pool", "avg_pool"};
}

Result<RankingReport> run_rankings(const RankingBenchOptions& options) {
  TILECAST_TRY(std::string model, world_model_training({.model = options.model}));
  TILECAST_TRY(const Programs programs, read_programs(options));
  RankingReport report{.machines = machines_of(programs), .model = std::move(model), .seed = options.seed};
  report.learnt_programs = count_programs(programs.training);
  report.learnt_tasks = programs.training.size();
  for (const RankedSplit& split : programs.splits) report.splits.emplace_back(split_name(split.split));
  FullScores full;
  for (const ComparedJudge& compared : judges_to_compare(options.encoded)) {
    TILECAST_TRY(std::vector<Scores> scores,
                 score_splits(compared, programs.training, programs.splits, any_group, options.model, options.seed));
    JudgeRow& row = report.judges.emplace_back(JudgeRow{compared, {}, {}});
    for (std::size_t s = 0; s < scores.size(); ++s) {
      row.splits.push_back(split_quality(programs.splits[s], scores[s], report.machines));
    }
    if (label(compared) == compared.evaluator) full[compared.evaluator] = std::move(scores);
  }
  TILECAST_CHECK(add_other_models(programs, options, report));
  for (const Transfer& transfer : transfers_of(options)) {
    TILECAST_CHECK(add_transfer(transfer, programs, full, options, report.transfers));
  }
  return report;
}

}  // namespace tilecast::tools
