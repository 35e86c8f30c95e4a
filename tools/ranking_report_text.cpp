#include "ranking_report_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "report_text.h"
#include "spread.h"
#include "table.h"

namespace tilecast::tools {
namespace {

std::string number(const RankingQuality& quality, double value) {
  return quality.tasks() == 0 ? kNoNumber : fmt::format("{:.3f}", value);
}

void append_cells(const RankingQuality& quality, std::vector<std::string>& cells) {
  for (const double value : {quality.top1(), quality.top5(), quality.rank_correlation()}) {
    cells.push_back(number(quality, value));
  }
}

// Without rows: these titles, then those of a split's three numbers, split by split.
Table table_over_splits(std::vector<std::string> titles, const RankingReport& report) {
  for (const std::string& split : report.splits) {
    titles.insert(titles.end(), {split + ": top-1", "top-5", "rank"});
  }
  return {std::move(titles), {}};
}

// A row a judge; `quality_of` says which of the qualities on a split.
template <class QualityOf>
Table judge_table(const RankingReport& report, const QualityOf& quality_of) {
  Table table = table_over_splits({"judge", "what ranks"}, report);
  for (const JudgeRow& row : report.judges) {
    std::vector<std::string> cells{label(row.judge), row.judge.what};
    for (const SplitQuality& split : row.splits) append_cells(quality_of(split), cells);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

// "held-out: 462 tasks, 11682 programs; validation: …". All judges rank the same ones.
template <class QualityOf>
std::string counts_text(const RankingReport& report, const QualityOf& quality_of) {
  std::vector<std::string> parts;
  for (std::size_t s = 0; s < report.splits.size() && !report.judges.empty(); ++s) {
    const RankingQuality& quality = quality_of(report.judges.front().splits[s]);
    parts.push_back(fmt::format("{}: {} tasks, {} programs", report.splits[s], quality.tasks(), quality.programs()));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

template <class QualityOf>
std::string judge_section(const RankingReport& report, const QualityOf& quality_of) {
  return fmt::format("Ranked: {}.\n\n{}", counts_text(report, quality_of),
                     to_markdown(judge_table(report, quality_of)));
}

std::string machine_section(const RankingReport& report, std::size_t m) {
  const Hardware& machine = report.machines[m];
  return fmt::format("## Programs measured on {}, {} cores ({})\n\n", machine.cpu, machine.cores, machine.fingerprint) +
         judge_section(report, [&](const SplitQuality& split) -> const RankingQuality& { return split.machines[m]; });
}

// "0.797 (0.780 to 0.812)": over all models.
std::string spread_over_models(const JudgeRow& row, std::size_t s, double (RankingQuality::*number_of)() const) {
  std::vector<double> numbers{(row.splits[s].all.*number_of)()};
  for (const std::vector<RankingQuality>& splits : row.others) numbers.push_back((splits[s].*number_of)());
  return spread_text(spread_of(numbers), 1, 3);
}

std::string models_section(const RankingReport& report) {
  Table table = table_over_splits({"judge"}, report);
  for (const JudgeRow& row : report.judges) {
    if (row.others.empty()) continue;
    std::vector<std::string> cells{label(row.judge)};
    for (std::size_t s = 0; s < report.splits.size(); ++s) {
      for (const auto number_of : {&RankingQuality::top1, &RankingQuality::top5, &RankingQuality::rank_correlation}) {
        cells.push_back(spread_over_models(row, s, number_of));
      }
    }
    table.rows.push_back(std::move(cells));
  }
  return fmt::format(
      "## {} models\n\n"
      "The judges that read a model, with the model of the other tables and with others that learnt with other seeds: "
      "median, lowest and highest. The others:\n\n- {}\n\n{}",
      report.other_models.size() + 1, fmt::join(report.other_models, "\n- "), to_markdown(table));
}

Table transfer_table(const RankingReport& report, const std::string& split) {
  Table table{
      {"tasks", "judge", "number", "programs", "without: top-1", "top-5", "rank", "with: top-1", "top-5", "rank"}, {}};
  for (const TransferRow& row : report.transfers) {
    if (row.split != split) continue;
    std::vector<std::string> cells{row.sort, row.evaluator, fmt::format("{}", row.without.tasks()),
                                   fmt::format("{}", row.without.programs())};
    append_cells(row.without, cells);
    append_cells(row.with, cells);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string transfer_section(const RankingReport& report) {
  std::string text =
      "## Sorts of tasks that were left out of training\n\n"
      "Each judge learnt from the training split *without* the tasks of one sort (one main operator, or so much work "
      "and "
      "more) and *with* them; of each other split it ranks the tasks of that sort. Judges with a transition are not "
      "here: transition and head have learnt from tasks of all sorts.\n";
  for (const std::string& split : report.splits) {
    const Table table = transfer_table(report, split);
    if (!table.rows.empty()) text += fmt::format("\nSplit {}:\n\n{}", split, to_markdown(table));
  }
  return text;
}

std::string introduction(const RankingReport& report) {
  return fmt::format(
      "# How well {} judges rank\n\n"
      "Learnt from: the training split, {} programs of {} tasks; seed {}. World model: {}.\n\n"
      "Top-1 and top-5: the best time over that of the best among the one or five programs that the judge likes most, "
      "as sums over tasks. Rank: Spearman's correlation of scores and speeds within a task, mean over tasks with five "
      "programs or more. Equal scores count as wrong order. A task counts once for each network.\n\n"
      "*No hardware*: all machines are taken for one and the same, in learning and in ranking. *Cold*: nothing is "
      "learnt. Encoder, transition and head are those of the model in every row.\n",
      report.judges.size(), report.learnt_programs, report.learnt_tasks, report.seed, report.model);
}

const RankingQuality& quality_of_all(const SplitQuality& split) {
  return split.all;
}

nlohmann::json to_json(const SplitQuality& split, const std::vector<Hardware>& machines) {
  nlohmann::json by_machine = nlohmann::json::object();
  for (std::size_t m = 0; m < machines.size(); ++m) by_machine[machines[m].fingerprint] = to_json(split.machines[m]);
  nlohmann::json json = to_json(split.all);
  json["machines"] = std::move(by_machine);
  return json;
}

nlohmann::json to_json(const JudgeRow& row, const RankingReport& report) {
  nlohmann::json splits = nlohmann::json::object();
  for (std::size_t s = 0; s < report.splits.size(); ++s) {
    splits[report.splits[s]] = to_json(row.splits[s], report.machines);
  }
  nlohmann::json others = nlohmann::json::array();
  for (const std::vector<RankingQuality>& qualities : row.others) {
    nlohmann::json& of_model = others.emplace_back(nlohmann::json::object());
    for (std::size_t s = 0; s < report.splits.size(); ++s) of_model[report.splits[s]] = to_json(qualities[s]);
  }
  return {
      {"judge", label(row.judge)}, {"evaluator", row.judge.evaluator}, {"without_hardware", row.judge.without_hardware},
      {"cold", row.judge.cold},    {"splits", std::move(splits)},      {"other_models", std::move(others)}};
}

nlohmann::json to_json(const TransferRow& row) {
  return {{"sort", row.sort},
          {"evaluator", row.evaluator},
          {"split", row.split},
          {"without", to_json(row.without)},
          {"with", to_json(row.with)}};
}

}  // namespace

std::string to_markdown(const RankingReport& report) {
  std::vector<std::string> sections = {introduction(report), judge_section(report, quality_of_all),
                                       "![rank correlation](ranking.svg)\n"};
  if (!report.other_models.empty()) sections.push_back(models_section(report));
  for (std::size_t m = 0; m < report.machines.size() && report.machines.size() > 1; ++m) {
    sections.push_back(machine_section(report, m));
  }
  if (!report.transfers.empty()) sections.push_back(transfer_section(report));
  return fmt::format("{}", fmt::join(sections, "\n"));
}

nlohmann::json to_json(const RankingReport& report) {
  nlohmann::json machines = nlohmann::json::array();
  for (const Hardware& machine : report.machines) machines.push_back(to_json(machine));
  nlohmann::json judges = nlohmann::json::array();
  for (const JudgeRow& row : report.judges) judges.push_back(to_json(row, report));
  nlohmann::json transfers = nlohmann::json::array();
  for (const TransferRow& row : report.transfers) transfers.push_back(to_json(row));
  return {{"splits", report.splits},
          {"machines", std::move(machines)},
          {"model", report.model},
          {"learnt_programs", report.learnt_programs},
          {"learnt_tasks", report.learnt_tasks},
          {"seed", report.seed},
          {"other_models", report.other_models},
          {"judges", std::move(judges)},
          {"transfers", std::move(transfers)}};
}

BarPlot ranking_plot(const RankingReport& report) {
  BarPlot plot{"How well judges rank programs that they have not learnt from", "rank correlation", {}, {}, 0};
  for (const JudgeRow& row : report.judges) plot.groups.push_back(label(row.judge));
  for (std::size_t s = 0; s < report.splits.size(); ++s) {
    BarSeries series{report.splits[s], {}};
    for (const JudgeRow& row : report.judges) {
      const double value = row.splits[s].all.rank_correlation();
      series.bars.emplace_back(BarSeries::Bar{value, value, value});
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

}  // namespace tilecast::tools
