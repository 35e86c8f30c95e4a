#include "model_search_report.h"

#include <algorithm>
#include <set>

#include "base/statistics.h"

namespace tilecast::tools {
namespace {

// Of one model, a seed each.
using RunsOfModel = std::vector<const ModelRemeasurement*>;

// In the order in which models come first.
std::vector<RunsOfModel> by_model(std::span<const ModelRemeasurement> runs) {
  std::vector<RunsOfModel> models;
  for (const ModelRemeasurement& run : runs) {
    const auto known = std::find_if(models.begin(), models.end(),
                                    [&](const RunsOfModel& model) { return model.front()->model == run.model; });
    (known == models.end() ? models.emplace_back() : *known).push_back(&run);
  }
  return models;
}

// Of a number that every run has.
template <class Number>
Spread spread_over(const RunsOfModel& runs, const Number& number) {
  std::vector<double> values;
  for (const ModelRemeasurement* run : runs) values.push_back(number(*run));
  return spread_of(values);
}

double latency(const ModelRemeasurement& run, std::size_t judge) {
  return median_of(run.judges[judge].seconds);
}

double onnxruntime_latency(const ModelRemeasurement& run) {
  return median_of(run.onnxruntime->seconds);
}

bool have_onnxruntime(const RunsOfModel& runs) {
  return std::all_of(runs.begin(), runs.end(), [](const auto* run) { return run->onnxruntime.has_value(); });
}

std::optional<Spread> tuning_seconds(const RunsOfModel& runs, std::size_t judge) {
  const auto is_known = [&](const ModelRemeasurement* run) { return run->judges[judge].tuning.seconds.has_value(); };
  if (!std::all_of(runs.begin(), runs.end(), is_known)) return std::nullopt;
  return spread_over(runs, [&](const ModelRemeasurement& run) { return *run.judges[judge].tuning.seconds; });
}

JudgeOnModel judge_on(const RunsOfModel& runs, std::size_t j) {
  JudgeOnModel result{
      .trials = spread_over(runs, [&](const auto& run) { return static_cast<double>(run.judges[j].tuning.trials); }),
      .tuning_seconds = tuning_seconds(runs, j),
      .seconds = spread_over(runs, [&](const auto& run) { return latency(run, j); }),
      .ratio = spread_over(runs, [&](const auto& run) { return latency(run, j) / latency(run, 0); })};
  if (have_onnxruntime(runs)) {
    result.to_onnxruntime =
        spread_over(runs, [&](const auto& run) { return latency(run, j) / onnxruntime_latency(run); });
  }
  return result;
}

ModelRow row_of(const RunsOfModel& runs) {
  ModelRow row{.model = runs.front()->model, .tasks = runs.front()->tasks};
  for (const ModelRemeasurement* run : runs) row.seeds.push_back(run->seed);
  std::sort(row.seeds.begin(), row.seeds.end());
  for (std::size_t j = 0; j < runs.front()->judges.size(); ++j) row.judges.push_back(judge_on(runs, j));
  if (have_onnxruntime(runs)) {
    row.onnxruntime = OnnxruntimeOnModel{spread_over(runs, onnxruntime_latency), spread_over(runs, [](const auto& run) {
                                           return onnxruntime_latency(run) / latency(run, 0);
                                         })};
  }
  return row;
}

ModelJudgeTotals totals_of(const std::vector<ModelRow>& rows, std::size_t judge) {
  std::vector<double> ratios;
  std::vector<double> to_onnxruntime;
  for (const ModelRow& row : rows) {
    const JudgeOnModel& judged = row.judges[judge];
    ratios.push_back(judged.ratio.median);
    if (judged.to_onnxruntime) to_onnxruntime.push_back(judged.to_onnxruntime->median);
  }
  ModelJudgeTotals totals{.ratio = geometric_mean(ratios)};
  if (!to_onnxruntime.empty()) totals.to_onnxruntime = geometric_mean(to_onnxruntime);
  return totals;
}

}  // namespace

ModelSearchReport summarize(std::span<const ModelRemeasurement> runs) {
  ModelSearchReport report{.threads = runs.back().threads, .cpu = runs.back().cpu};
  for (const SearchJudge& judge : runs.front().searched()) report.judges.push_back(judge.label());
  std::set<std::uint64_t> seeds;
  for (const ModelRemeasurement& run : runs) {
    seeds.insert(run.seed);
    report.relative_error = std::max(report.relative_error, run.relative_error);
  }
  report.seeds.assign(seeds.begin(), seeds.end());
  for (const RunsOfModel& model : by_model(runs)) report.rows.push_back(row_of(model));
  for (std::size_t j = 0; j < report.judges.size(); ++j) report.totals.push_back(totals_of(report.rows, j));
  return report;
}

}  // namespace tilecast::tools
