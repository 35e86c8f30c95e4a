#include "model_search_report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report_text.h"
#include "table.h"

namespace tilecast::tools {
namespace {

constexpr const char* kOnnxruntime = "onnxruntime";
constexpr double kMilliseconds = 1e3;

// One number where it does not vary.
std::string trials_text(const Spread& trials) {
  return trials.low == trials.high ? fmt::format("{:.0f}", trials.median) : spread_text(trials, 1, 0);
}

Table model_table(const ModelSearchReport& report) {
  Table table{{"model", "tasks", "judge", "trials", "tuning, s", "latency, ms", report.judges.front() + " = 1",
               "onnxruntime = 1"},
              {}};
  for (const ModelRow& row : report.rows) {
    const std::string tasks = fmt::format("{}", row.tasks);
    for (std::size_t j = 0; j < report.judges.size(); ++j) {
      const JudgeOnModel& judged = row.judges[j];
      table.rows.push_back({row.model, tasks, report.judges[j], trials_text(judged.trials),
                            spread_text(judged.tuning_seconds, 1, 1), spread_text(judged.seconds, kMilliseconds, 3),
                            spread_text(judged.ratio, 1, 3), spread_text(judged.to_onnxruntime, 1, 3)});
    }
    if (const auto& peer = row.onnxruntime) {
      table.rows.push_back({row.model, tasks, kOnnxruntime, kNoNumber, kNoNumber,
                            spread_text(peer->seconds, kMilliseconds, 3), spread_text(peer->ratio, 1, 3), "1"});
    }
  }
  for (std::size_t j = 0; j < report.judges.size(); ++j) {
    table.rows.push_back({"geometric mean", "", report.judges[j], "", "", "", ratio_text(report.totals[j].ratio),
                          ratio_text(report.totals[j].to_onnxruntime)});
  }
  return table;
}

nlohmann::json to_json(const JudgeOnModel& judged) {
  return {{"trials", to_json(judged.trials)},
          {"tuning_seconds", spread_or_null(judged.tuning_seconds)},
          {"seconds", to_json(judged.seconds)},
          {"ratio", to_json(judged.ratio)},
          {"ratio_to_onnxruntime", spread_or_null(judged.to_onnxruntime)}};
}

nlohmann::json to_json(const ModelRow& row, const std::vector<std::string>& names) {
  nlohmann::json judges = nlohmann::json::object();
  for (std::size_t j = 0; j < names.size(); ++j) judges[names[j]] = to_json(row.judges[j]);
  nlohmann::json onnxruntime = nullptr;
  if (const auto& peer = row.onnxruntime) {
    onnxruntime = {{"seconds", to_json(peer->seconds)}, {"ratio", to_json(peer->ratio)}};
  }
  return {{"model", row.model},
          {"tasks", row.tasks},
          {"seeds", row.seeds},
          {"judges", std::move(judges)},
          {"onnxruntime", std::move(onnxruntime)}};
}

BarSeries::Bar bar_of(const Spread& spread) {
  return {spread.median, spread.low, spread.high};
}

}  // namespace

std::string to_markdown(const ModelSearchReport& report) {
  return fmt::format(
             "# Whole models tuned under {} judges\n\n{}, {} threads; {} models, {} seeds. A judge's name ends in its "
             "trials a task.\n\nTuned in one run over all tasks, a run a seed; then compiled, and timed in turns with "
             "the others on the same inputs: median over seeds (smallest to largest). Ratios are of latencies taken in "
             "turns: below 1 is faster. Outputs differ by at most {:.1e} of their largest element.\n\n",
             report.judges.size(), report.cpu, report.threads, report.rows.size(), report.seeds.size(),
             report.relative_error) +
         to_markdown(model_table(report)) + "\n![latency](models.svg)\n";
}

nlohmann::json to_json(const ModelSearchReport& report) {
  nlohmann::json models = nlohmann::json::array();
  for (const ModelRow& row : report.rows) models.push_back(to_json(row, report.judges));
  nlohmann::json totals = nlohmann::json::object();
  for (std::size_t j = 0; j < report.judges.size(); ++j) {
    totals[report.judges[j]] = {{"ratio", report.totals[j].ratio},
                                {"ratio_to_onnxruntime", number_or_null(report.totals[j].to_onnxruntime)}};
  }
  return {{"threads", report.threads},
          {"cpu", report.cpu},
          {"judges", report.judges},
          {"seeds", report.seeds},
          {"relative_error", report.relative_error},
          {"models", std::move(models)},
          {"totals", std::move(totals)}};
}

BarPlot latency_plot(const ModelSearchReport& report) {
  BarPlot plot{"Latency of whole models", fmt::format("latency, {} = 1", report.judges.front()), {}, {}};
  for (const ModelRow& row : report.rows) plot.groups.push_back(row.model);
  for (std::size_t j = 0; j < report.judges.size(); ++j) {
    BarSeries series{report.judges[j], {}};
    for (const ModelRow& row : report.rows) series.bars.emplace_back(bar_of(row.judges[j].ratio));
    plot.series.push_back(std::move(series));
  }
  BarSeries peer{kOnnxruntime, {}};
  for (const ModelRow& row : report.rows) {
    peer.bars.push_back(row.onnxruntime ? std::optional(bar_of(row.onnxruntime->ratio)) : std::nullopt);
  }
  const bool was_there =
      std::any_of(peer.bars.begin(), peer.bars.end(), [](const auto& bar) { return bar.has_value(); });
  if (was_there) plot.series.push_back(std::move(peer));
  return plot;
}

}  // namespace tilecast::tools
