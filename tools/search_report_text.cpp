#include "search_report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report_text.h"
#include "table.h"

namespace tilecast::tools {
namespace {

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

// A row with a value for each judge in its first column.
template <class Text>
std::vector<std::string> totals_row(const SearchReport& report, const std::string& title, const Text& text) {
  std::vector<std::string> cells{title};
  for (const JudgeTotals& totals : report.totals) cells.insert(cells.end(), {text(totals), ""});
  return cells;
}

Table subgraph_table(const SearchReport& report) {
  Table table{{"subgraph"}, {}};
  for (const std::string& judge : report.judges) table.titles.insert(table.titles.end(), {judge + ", ms", "% of peak"});
  for (const SubgraphRow& row : report.rows) {
    std::vector<std::string> cells{row.subgraph.name};
    for (const auto& judged : row.judges) {
      cells.push_back(judged ? spread_text(judged->seconds, 1e3, 4) : kNoNumber);
      cells.push_back(judged ? spread_text(judged->share_of_peak, 100, 1) : kNoNumber);
    }
    table.rows.push_back(std::move(cells));
  }
  table.rows.push_back(totals_row(report, fmt::format("speed, {} = 1 (geometric mean)", report.judges.front()),
                                  [](const JudgeTotals& totals) { return ratio_text(totals.speed); }));
  table.rows.push_back(totals_row(report, "share of peak over Ansor's at 64 trials (geometric mean)",
                                  [](const JudgeTotals& totals) { return ratio_text(totals.over_ansor); }));
  table.rows.push_back(totals_row(
      report, "subgraphs within 5 % of the best program known",
      [](const JudgeTotals& totals) { return fmt::format("{} of {}", totals.near_best, totals.subgraphs); }));
  return table;
}

const EfficiencyPoint* point_at(const std::vector<EfficiencyPoint>& points, int trials) {
  const auto found = std::find_if(points.begin(), points.end(), [&](const auto& p) { return p.trials == trials; });
  return found == points.end() ? nullptr : &*found;
}

// Of the numbers that tables show, those that a judge has reached.
std::vector<int> reached_trials(const SearchReport& report) {
  std::vector<int> reached = table_trials();
  std::erase_if(reached, [&](int trials) {
    return std::none_of(report.efficiency.begin(), report.efficiency.end(),
                        [&](const auto& points) { return point_at(points, trials) != nullptr; });
  });
  return reached;
}

// A row a judge, a column a number of trials.
template <class Text>
Table efficiency_table(const SearchReport& report, const Text& text) {
  const std::vector<int> columns = reached_trials(report);
  Table table{{"judge"}, {}};
  for (const int trials : columns) table.titles.push_back(fmt::format("{} trials", trials));
  for (std::size_t j = 0; j < report.judges.size(); ++j) {
    std::vector<std::string> cells{report.judges[j]};
    for (const int trials : columns) {
      const EfficiencyPoint* point = point_at(report.efficiency[j], trials);
      cells.push_back(point != nullptr ? text(*point) : kNoNumber);
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

nlohmann::json to_json(const std::optional<JudgeOnSubgraph>& judged) {
  if (!judged) return nullptr;
  return {{"seconds", to_json(judged->seconds)},
          {"share_of_peak", to_json(judged->share_of_peak)},
          {"speed", spread_or_null(judged->speed)},
          {"over_ansor", number_or_null(judged->over_ansor)},
          {"near_best", judged->near_best}};
}

nlohmann::json to_json(const SubgraphRow& row, const std::vector<std::string>& names) {
  nlohmann::json judges = nlohmann::json::object();
  for (std::size_t j = 0; j < names.size(); ++j) judges[names[j]] = to_json(row.judges[j]);
  // JSON has no infinity.
  const nlohmann::json best = std::isfinite(row.best_seconds) ? nlohmann::json(row.best_seconds) : nullptr;
  return {{"name", row.subgraph.name},
          {"flops", row.subgraph.flops},
          {"best_seconds", best},
          {"judges", std::move(judges)}};
}

nlohmann::json to_json(const JudgeTotals& totals) {
  return {{"speed", number_or_null(totals.speed)},
          {"over_ansor", number_or_null(totals.over_ansor)},
          {"near_best", totals.near_best},
          {"subgraphs", totals.subgraphs}};
}

nlohmann::json to_json(const std::vector<EfficiencyPoint>& points) {
  nlohmann::json json = nlohmann::json::array();
  for (const EfficiencyPoint& point : points) {
    json.push_back({{"trials", point.trials},
                    {"share", point.share},
                    {"low", point.low},
                    {"high", point.high},
                    {"gain", number_or_null(point.gain)}});
  }
  return json;
}

}  // namespace

std::string to_markdown(const SearchReport& report) {
  return fmt::format(
             "# Searches under {} judges\n\n{}, {} threads, measured peak {:.1f} GFLOP/s; {} subgraphs, {} seeds. A "
             "judge's "
             "name ends in its trials.\n\n",
             report.judges.size(), report.cpu, report.threads, report.peak_gflops, report.rows.size(),
             report.seeds.size()) +
         "Best programs, all judges' timed in turns after their searches: median over seeds (smallest to "
         "largest).\n\n" +
         to_markdown(subgraph_table(report)) + "\n![speed](subgraphs.svg)\n\n" +
         "Best speed so far as a share of the best known of the subgraph, over all judges and seeds (geometric mean "
         "over "
         "subgraphs and seeds; times of the searches):\n\n" +
         to_markdown(efficiency_table(report, [](const EfficiencyPoint& point) { return percent(point.share); })) +
         "\n![efficiency](efficiency.svg)\n\n" +
         "Best speed so far, that of the default schedule in the same search = 1 (geometric mean over subgraphs and "
         "seeds): what slows a whole search down cancels out.\n\n" +
         to_markdown(efficiency_table(report, [](const EfficiencyPoint& point) { return ratio_text(point.gain); }));
}

nlohmann::json to_json(const SearchReport& report) {
  nlohmann::json subgraphs = nlohmann::json::array();
  for (const SubgraphRow& row : report.rows) subgraphs.push_back(to_json(row, report.judges));
  nlohmann::json totals = nlohmann::json::object();
  nlohmann::json efficiency = nlohmann::json::object();
  for (std::size_t j = 0; j < report.judges.size(); ++j) {
    totals[report.judges[j]] = to_json(report.totals[j]);
    efficiency[report.judges[j]] = to_json(report.efficiency[j]);
  }
  return {{"peak_gflops", report.peak_gflops},
          {"threads", report.threads},
          {"cpu", report.cpu},
          {"judges", report.judges},
          {"seeds", report.seeds},
          {"subgraphs", std::move(subgraphs)},
          {"totals", std::move(totals)},
          {"efficiency", std::move(efficiency)}};
}

LinePlot efficiency_plot(const SearchReport& report) {
  LinePlot plot{"How fast searches find fast programs", "trials", "% of the best known speed (geometric mean)", {}};
  for (std::size_t j = 0; j < report.judges.size(); ++j) {
    LineSeries series{report.judges[j], {}};
    for (const EfficiencyPoint& point : report.efficiency[j]) {
      // A search's first few programs are so slow that what follows would shrink to a stripe.
      if (point.trials < table_trials().front()) continue;
      series.points.push_back(
          {static_cast<double>(point.trials), 100 * point.share, 100 * point.low, 100 * point.high});
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

BarPlot speed_plot(const SearchReport& report) {
  BarPlot plot{"Speed of the best program found", fmt::format("speed, {} = 1", report.judges.front()), {}, {}};
  for (const SubgraphRow& row : report.rows) plot.groups.push_back(row.subgraph.name);
  for (std::size_t j = 0; j < report.judges.size(); ++j) {
    BarSeries series{report.judges[j], {}};
    for (const SubgraphRow& row : report.rows) {
      const auto& judged = row.judges[j];
      std::optional<BarSeries::Bar> bar;
      if (judged && judged->speed) bar = {judged->speed->median, judged->speed->low, judged->speed->high};
      series.bars.push_back(bar);
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

}  // namespace tilecast::tools
