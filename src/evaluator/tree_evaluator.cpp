#include "evaluator/tree_evaluator.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/parallel_ranges.h"

namespace tilecast {
namespace {

constexpr std::size_t kFewestRecords = 8;  // before the trees are trusted with anything
constexpr std::size_t kGrain = 128;
// For many tasks at once; the defaults suit the few dozen programs of a search.
constexpr TreeOptions kPretraining{
    .rounds = TreeEvaluator::kPretrainedTrees, .depth = 8, .eta = 0.1, .min_child_weight = 2};

std::vector<float> values_of(const std::shared_ptr<const PackedTrees>& trees, const PackedRows& rows) {
  if (!trees || rows.rows() == 0) return std::vector<float>(rows.counts.size(), 0);
  return trees->predict(rows);
}

constexpr const char* kTreesName = "trees";
constexpr const char* kSlopeName = "trees_slope";

Result<double> slope_of(const TensorFile& file) {
  const auto found = file.metadata.find(kSlopeName);
  if (found == file.metadata.end()) return Error{fmt::format("there is no {} beside the trees", kSlopeName)};
  double slope = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [last, error] = std::from_chars(found->second.data(), end, slope);
  if (error != std::errc() || last != end || !std::isfinite(slope)) {
    return Error{fmt::format("{} is \"{}\", which is no number", kSlopeName, found->second)};
  }
  return slope;
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
  }
  return all;
}

std::vector<float> TreeEvaluator::pretrained_values(const PackedRows& rows) const {
  std::vector<float> values = values_of(pretrained_trees_, rows);
  const auto share = static_cast<float>(share_of_trees());
  for (float& value : values) value *= share;
  return values;
}

std::vector<double> TreeEvaluator::score(const TaskContext& task, std::span<const Trajectory> trajectories) const {
  const Features features = describe_all(task, trajectories, {hardware_, code_threads_});
  const std::vector<float> pretrained = pretrained_values(features.rows);
  const std::vector<float> learnt = values_of(trees_, features.rows);
  std::vector<double> scores(trajectories.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double log_time = slope_ * features.log_estimate[i] + static_cast<double>(pretrained[i] + learnt[i]);
    scores[i] = features.legal[i] != 0 ? -log_time : -std::numeric_limits<double>::infinity();
  }
  return scores;
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
    }
    row += count;
  }
}

void TreeEvaluator::update(const TaskContext& task, std::span<const MeasureRecord> records) {
  append(task, records, {hardware_, code_threads_}, measured_[task.task.key]);
  train();
}

void TreeEvaluator::train() {
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
    append(records[i].task, records[i].records, {records[i].hardware, records[i].threads}, programs[i]);
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
  return Unit{};
}

Status TreeEvaluator::write_pretrained(TensorFile& file) const {
  if (!pretrained_trees_) return Error{"there are no trees to write before pretraining"};
  TILECAST_TRY(file.bytes[kTreesName], pretrained_trees_->serialized());
  file.metadata[kSlopeName] = fmt::format("{:.17g}", pretrained_slope_);
  return Unit{};
}

Status TreeEvaluator::read_pretrained(const TensorFile& file) {
  const auto found = file.bytes.find(kTreesName);
  if (found == file.bytes.end()) return Error{"there are no trees"};
  TILECAST_TRY(const double slope, slope_of(file));
  TILECAST_TRY(PackedTrees trees, PackedTrees::deserialized(found->second));
  TILECAST_TRY(const std::size_t known, trees.columns());
  if (known != columns()) {
    return Error{
        fmt::format("its trees are for rows of {} features, this program's {} has {}", known, name(), columns())};
  }
  pretrained_trees_ = std::make_shared<const PackedTrees>(std::move(trees));
  pretrained_slope_ = slope;
  slope_ = slope;
  return Unit{};
}

std::unique_ptr<Evaluator> TreeEvaluator::fresh() const {
  std::unique_ptr<TreeEvaluator> result = unlearnt();
  result->pretrained_trees_ = pretrained_trees_;
  result->pretrained_slope_ = pretrained_slope_;
  result->slope_ = pretrained_slope_;
  return result;
}

}  // namespace tilecast
