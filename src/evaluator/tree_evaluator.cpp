#include "evaluator/tree_evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/parallel_ranges.h"
#include "evaluator/gaussian_process.h"

namespace tilecast {
namespace {

constexpr std::size_t kFewestRecords = 8;  // before the trees are trusted with anything
constexpr std::size_t kGrain = 128;
// The kernel of what known judges leave unexplained, in log2 of the time. Chosen in simulated searches over the
// measured programs of 22 subgraphs; half or twice of each makes little difference.
constexpr double kLengthOverScale = 0.3;
constexpr double kDeviation = 0.4;
constexpr double kNoise = 0.08;
// A process learns from so many of a task's fastest programs. Slow ones would tell it where not to look, but for the
// wrong reason: where the slow ones are, there may be fast ones that differ from them in one action.
constexpr std::size_t kProcessPrograms = 64;
// For many tasks at once; the defaults suit the few dozen programs of a search.
constexpr TreeOptions kPretraining{
    .rounds = TreeEvaluator::kPretrainedTrees, .depth = 8, .eta = 0.1, .min_child_weight = 2};

std::vector<float> values_of(const std::shared_ptr<const PackedTrees>& trees, const PackedRows& rows) {
  if (!trees || rows.rows() == 0) return std::vector<float>(rows.counts.size(), 0);
  return trees->predict(rows);
}

constexpr const char* kTreesName = "trees";
constexpr const char* kSlopeName = "trees_slope";
constexpr const char* kPointScaleName = "trees_point_scale";

Result<double> number_of(const TensorFile& file, const char* name) {
  const auto found = file.metadata.find(name);
  if (found == file.metadata.end()) return Error{fmt::format("there is no {} beside the trees", name)};
  double number = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [last, error] = std::from_chars(found->second.data(), end, number);
  if (error != std::errc() || last != end || !std::isfinite(number)) {
    return Error{fmt::format("{} is \"{}\", which is no number", name, found->second)};
  }
  return number;
}

// How far a component of points deviates from its mean over a task's programs: root mean square over all.
double deviation_within(std::span<const MeasuredPrograms> tasks, std::size_t columns) {
  double sum = 0;
  std::size_t count = 0;
  for (const MeasuredPrograms& task : tasks) {
    const std::size_t rows = task.log_seconds.size();
    for (std::size_t c = 0; c < columns; ++c) {
      double mean = 0;
      for (std::size_t r = 0; r < rows; ++r) mean += static_cast<double>(task.points[r * columns + c]);
      mean /= static_cast<double>(rows);
      for (std::size_t r = 0; r < rows; ++r) {
        const double off = static_cast<double>(task.points[r * columns + c]) - mean;
        sum += off * off;
      }
    }
    count += rows * columns;
  }
  return count == 0 ? 0 : std::sqrt(sum / static_cast<double>(count));
}

// Indices of the smallest values, so many at most.
std::vector<std::size_t> smallest(std::span<const double> values, std::size_t most) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  order.resize(std::min(order.size(), most));
  return order;
}

void append_to(std::vector<float>& to, std::span<const float> values) {
  to.insert(to.end(), values.begin(), values.end());
}

}  // namespace

TreeEvaluator::Features TreeEvaluator::describe_all(const TaskContext& task, std::span<const Trajectory> trajectories,
                                                    const Machine& machine) const {
  const std::size_t chunks = (trajectories.size() + kGrain - 1) / kGrain;
  std::vector<Features> parts(chunks);
  parallel_ranges(chunks, threads_, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      const std::size_t first = c * kGrain;
      parts[c] = describe(task, trajectories.subspan(first, std::min(kGrain, trajectories.size() - first)), machine);
    }
  });
  Features all;
  for (const Features& part : parts) {
    all.rows.columns = part.rows.columns;
    append_to(all.rows.values, part.rows.values);
    all.rows.counts.insert(all.rows.counts.end(), part.rows.counts.begin(), part.rows.counts.end());
    all.log_estimate.insert(all.log_estimate.end(), part.log_estimate.begin(), part.log_estimate.end());
    all.legal.insert(all.legal.end(), part.legal.begin(), part.legal.end());
    append_to(all.points, part.points);
  }
  return all;
}

std::vector<float> TreeEvaluator::pretrained_values(const PackedRows& rows) const {
  std::vector<float> values = values_of(pretrained_trees_, rows);
  const auto share = static_cast<float>(share_of_trees());
  for (float& value : values) value *= share;
  return values;
}

std::vector<double> TreeEvaluator::known_log_times(const Features& features) const {
  const std::vector<float> pretrained = pretrained_values(features.rows);
  std::vector<double> times(features.log_estimate.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    times[i] = slope_ * features.log_estimate[i] + static_cast<double>(pretrained[i]);
  }
  return times;
}

std::vector<double> TreeEvaluator::optimistic_scores(const TaskContext& task, std::span<const Trajectory> trajectories,
                                                     double optimism) const {
  const Features features = describe_all(task, trajectories, machine_);
  std::vector<double> log_times = known_log_times(features);
  const GaussianProcess* process = process_of(task);
  const std::vector<float> of_trees = values_of(trees_, features.rows);
  const double say_of_trees = process != nullptr ? 0.5 : 1;
  for (std::size_t i = 0; i < log_times.size(); ++i) log_times[i] += say_of_trees * static_cast<double>(of_trees[i]);
  if (process != nullptr) {
    const auto [means, deviations] = process->predict(features.points);
    for (std::size_t i = 0; i < log_times.size(); ++i) {
      log_times[i] += (1 - say_of_trees) * means[i] - optimism * deviations[i];
    }
  }
  std::vector<double> scores(log_times.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = features.legal[i] != 0 ? -log_times[i] : -std::numeric_limits<double>::infinity();
  }
  return scores;
}

GaussianKernel TreeEvaluator::kernel() const {
  return {.length = kLengthOverScale * point_scale_, .deviation = kDeviation, .noise = kNoise};
}

const GaussianProcess* TreeEvaluator::process_of(const TaskContext& task) const {
  const auto found = processes_.find(task.task.key);
  return found == processes_.end() ? nullptr : found->second.get();
}

void TreeEvaluator::append(const TaskContext& task, std::span<const MeasureRecord> records, const Machine& machine,
                           MeasuredPrograms& programs) const {
  std::vector<Trajectory> trajectories;
  std::vector<double> log_seconds;
  for (const MeasureRecord& record : records) {
    if (!record.ok()) continue;
    trajectories.push_back(record.trajectory);
    log_seconds.push_back(std::log2(record.seconds()));
  }
  const Features features = describe_all(task, trajectories, machine);
  const std::vector<float> pretrained = pretrained_values(features.rows);
  const std::size_t columns = features.rows.columns;
  const std::size_t point_width = features.points.size() / std::max<std::size_t>(trajectories.size(), 1);
  std::size_t row = 0;
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const std::uint32_t count = features.rows.counts[i];
    if (features.legal[i] != 0) {
      programs.rows.columns = columns;
      append_to(programs.rows.values, std::span(features.rows.values).subspan(row * columns, count * columns));
      programs.rows.counts.push_back(count);
      programs.log_estimate.push_back(features.log_estimate[i]);
      programs.log_known.push_back(static_cast<double>(pretrained[i]));
      programs.log_seconds.push_back(log_seconds[i]);
      append_to(programs.points, std::span(features.points).subspan(i * point_width, point_width));
    }
    row += count;
  }
}

void TreeEvaluator::update(const TaskContext& task, std::span<const MeasureRecord> records) {
  append(task, records, machine_, measured_[task.task.key]);
  train_trees();
  if (has_points()) fit_process(task.task.key);
}

void TreeEvaluator::fit_process(const std::string& task_key) {
  const MeasuredPrograms& programs = measured_.at(task_key);
  if (programs.log_seconds.empty()) return;
  const std::size_t columns = point_columns();
  std::vector<float> points;
  std::vector<double> left;
  for (const std::size_t i : smallest(programs.log_seconds, kProcessPrograms)) {
    append_to(points, std::span(programs.points).subspan(i * columns, columns));
    left.push_back(programs.log_seconds[i] - programs.log_known[i] - slope_ * programs.log_estimate[i]);
  }
  processes_[task_key] = std::make_shared<const GaussianProcess>(columns, kernel(), points, left);
}

void TreeEvaluator::train_trees() {
  std::vector<const MeasuredPrograms*> groups;
  std::size_t count = 0;
  for (const auto& [key, programs] : measured_) {
    groups.push_back(&programs);
    count += programs.log_seconds.size();
  }
  slope_ = fit_slope(groups, pretrained_slope_);
  if (count < kFewestRecords) return;
  auto trained = fit_residuals(groups, slope_, {.threads = threads_});
  // Without trees the estimate still ranks.
  if (trained.ok()) trees_ = std::make_shared<const PackedTrees>(*std::move(trained));
}

Status TreeEvaluator::pretrain(std::span<const TaskRecords> records) {
  pretrained_trees_.reset();
  std::vector<MeasuredPrograms> programs(records.size());
  std::vector<const MeasuredPrograms*> groups;
  std::size_t count = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    append(records[i].task, records[i].records, records[i].machine, programs[i]);
    groups.push_back(&programs[i]);
    count += programs[i].log_seconds.size();
  }
  if (count == 0) return Error{"no program with a time to learn from"};
  const bool averaged = share_of_trees() < 1;
  pretrained_slope_ = averaged ? 1 - share_of_trees() : fit_slope(groups, 1);
  // Trees without a share would be grown for nothing.
  if (share_of_trees() > 0) {
    TreeOptions options = kPretraining;
    options.threads = threads_;
    TILECAST_TRY(PackedTrees trees, fit_residuals(groups, averaged ? 0 : pretrained_slope_, options));
    pretrained_trees_ = std::make_shared<const PackedTrees>(std::move(trees));
  }
  slope_ = pretrained_slope_;
  point_scale_ = deviation_within(programs, point_columns());
  return Unit{};
}

Status TreeEvaluator::write_pretrained(TensorFile& file) const {
  if (!pretrained_trees_) return Error{"there are no trees to write before pretraining"};
  TILECAST_TRY(file.bytes[kTreesName], pretrained_trees_->serialized());
  file.metadata[kSlopeName] = fmt::format("{:.17g}", pretrained_slope_);
  if (has_points()) file.metadata[kPointScaleName] = fmt::format("{:.17g}", point_scale_);
  return Unit{};
}

Status TreeEvaluator::read_pretrained(const TensorFile& file) {
  const auto found = file.bytes.find(kTreesName);
  if (found == file.bytes.end()) return Error{"there are no trees"};
  TILECAST_TRY(const double slope, number_of(file, kSlopeName));
  TILECAST_TRY(PackedTrees trees, PackedTrees::deserialized(found->second));
  TILECAST_TRY(const std::size_t known, trees.columns());
  if (known != columns()) {
    return Error{
        fmt::format("its trees are for rows of {} features, this program's {} has {}", known, name(), columns())};
  }
  double point_scale = 0;
  if (point_columns() > 0) {
    TILECAST_TRY(point_scale, number_of(file, kPointScaleName));
  }
  pretrained_trees_ = std::make_shared<const PackedTrees>(std::move(trees));
  pretrained_slope_ = slope;
  slope_ = slope;
  point_scale_ = point_scale;
  return Unit{};
}

std::unique_ptr<Evaluator> TreeEvaluator::fresh() const {
  std::unique_ptr<TreeEvaluator> result = unlearnt();
  result->pretrained_trees_ = pretrained_trees_;
  result->pretrained_slope_ = pretrained_slope_;
  result->slope_ = pretrained_slope_;
  result->point_scale_ = point_scale_;
  return result;
}

}  // namespace tilecast
