#include "evaluator/action_evaluator.h"

#include <algorithm>
#include <cmath>

#include "evaluator/parallel_ranges.h"
#include "worldmodel/action_features.h"

namespace tilecast {
namespace {

constexpr std::size_t kFewestRecords = 8;  // before the trees are trusted with anything
constexpr TreeOptions kPretraining{.rounds = 300, .depth = 8, .eta = 0.1, .min_child_weight = 2};
constexpr std::size_t kContextFeatures = 6;
constexpr std::size_t kColumns = kActionFeatureCount + kContextFeatures;

// What all actions of a trajectory have in common.
std::array<float, kContextFeatures> context_features(const TaskContext& task, const Hardware& hardware,
                                                     std::size_t actions) {
  const auto log = [](double x) { return static_cast<float>(std::log2(1 + x)); };
  return {log(task.task.flops),
          static_cast<float>(actions),
          log(hardware.vector_bytes),
          log(static_cast<double>(hardware.l1_bytes)),
          log(static_cast<double>(hardware.l2_bytes)),
          log(static_cast<double>(hardware.l3_bytes))};
}

void add_values(const std::shared_ptr<const PackedTrees>& trees, const PackedRows& rows, std::vector<float>& values) {
  if (!trees || rows.rows() == 0) return;
  const std::vector<float> more = trees->predict(rows);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += more[i];
}

}  // namespace

PackedRows ActionEvaluator::extract(const TaskContext& task, std::span<const Trajectory> trajectories,
                                    const Hardware& hardware) const {
  PackedRows rows{.columns = kColumns};
  const ActionTracker unscheduled(task.initial.program());
  for (const Trajectory& trajectory : trajectories) {
    ActionTracker tracker = unscheduled;
    const auto context = context_features(task, hardware, trajectory.size());
    for (const Action& action : trajectory) {
      const ActionFeatures features = tracker.follow(action);
      const auto values = features.values();
      rows.values.insert(rows.values.end(), values.begin(), values.end());
      rows.values.insert(rows.values.end(), context.begin(), context.end());
    }
    rows.counts.push_back(static_cast<std::uint32_t>(trajectory.size()));
  }
  return rows;
}

std::vector<double> ActionEvaluator::score(const TaskContext& task, std::span<const Trajectory> trajectories) const {
  std::vector<double> scores(trajectories.size());
  parallel_ranges(trajectories.size(), threads_, 32, [&](std::size_t begin, std::size_t end) {
    const PackedRows rows = extract(task, trajectories.subspan(begin, end - begin), hardware_);
    std::vector<float> log_time(end - begin, 0);
    add_values(pretrained_trees_, rows, log_time);
    add_values(trees_, rows, log_time);
    for (std::size_t i = begin; i < end; ++i) scores[i] = -static_cast<double>(log_time[i - begin]);
  });
  return scores;
}

void ActionEvaluator::append(const TaskContext& task, std::span<const MeasureRecord> records, const Hardware& hardware,
                             MeasuredPrograms& programs) const {
  std::vector<Trajectory> trajectories;
  for (const MeasureRecord& record : records) {
    if (!record.ok()) continue;
    trajectories.push_back(record.trajectory);
    programs.log_seconds.push_back(std::log2(record.seconds()));
  }
  const PackedRows rows = extract(task, trajectories, hardware);
  std::vector<float> known(trajectories.size(), 0);
  add_values(pretrained_trees_, rows, known);
  programs.log_known.insert(programs.log_known.end(), known.begin(), known.end());
  programs.log_estimate.resize(programs.log_seconds.size(), 0);
  programs.rows.columns = kColumns;
  programs.rows.values.insert(programs.rows.values.end(), rows.values.begin(), rows.values.end());
  programs.rows.counts.insert(programs.rows.counts.end(), rows.counts.begin(), rows.counts.end());
}

void ActionEvaluator::update(const TaskContext& task, std::span<const MeasureRecord> records) {
  append(task, records, hardware_, measured_[task.task.key]);
  std::vector<const MeasuredPrograms*> groups;
  std::size_t count = 0;
  for (const auto& [key, programs] : measured_) {
    groups.push_back(&programs);
    count += programs.log_seconds.size();
  }
  if (count < kFewestRecords) return;
  auto trained = fit_residuals(groups, 0, {.threads = threads_});
  if (trained.ok()) trees_ = std::make_shared<const PackedTrees>(*std::move(trained));
}

Status ActionEvaluator::pretrain(std::span<const TaskRecords> records) {
  pretrained_trees_.reset();
  std::vector<MeasuredPrograms> programs(records.size());
  std::vector<const MeasuredPrograms*> groups;
  std::size_t count = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    append(records[i].task, records[i].records, records[i].hardware, programs[i]);
    groups.push_back(&programs[i]);
    count += programs[i].log_seconds.size();
  }
  if (count == 0) return Error{"no program with a time to learn from"};
  TreeOptions options = kPretraining;
  options.threads = threads_;
  TILECAST_TRY(PackedTrees trees, fit_residuals(groups, 0, options));
  pretrained_trees_ = std::make_shared<const PackedTrees>(std::move(trees));
  return Unit{};
}

std::unique_ptr<Evaluator> ActionEvaluator::fresh() const {
  auto result = std::make_unique<ActionEvaluator>(hardware_, threads_);
  result->pretrained_trees_ = pretrained_trees_;
  return result;
}

}  // namespace tilecast
