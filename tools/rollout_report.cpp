#include "rollout_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tilecast::tools {
namespace {

nlohmann::json to_json(const LatentQuality& quality) {
  return {{"states", quality.states()},
          {"cosine", quality.cosine()},
          {"error", quality.error()},
          {"unchanged_cosine", quality.unchanged_cosine()},
          {"unchanged_error", quality.unchanged_error()}};
}

nlohmann::json to_json(const ScoreAgreement& agreement) {
  return {{"tasks", agreement.tasks()}, {"rank_correlation", agreement.mean_correlation()}};
}

// An object of those of kStepRanges that have something, and of all.
template <class Rows, class Row>
nlohmann::json rows_to_json(const Rows& rows, const Row& all, std::size_t (Row::*count)() const) {
  nlohmann::json result = {{"all", to_json(all)}};
  for (std::size_t i = 0; i < kStepRanges.size(); ++i) {
    if ((rows[i].*count)() > 0) result[to_text(kStepRanges[i])] = to_json(rows[i]);
  }
  return result;
}

template <class Rows, class Row>
LineSeries line_of(const std::string& name, const Rows& rows, std::size_t (Row::*count)() const,
                   double (Row::*value)() const) {
  LineSeries series{name, {}};
  for (std::size_t i = 0; i < kStepRanges.size(); ++i) {
    if ((rows[i].*count)() == 0) continue;
    const double y = (rows[i].*value)();
    series.points.push_back({static_cast<double>(kStepRanges[i].first), y, y, y});
  }
  return series;
}

}  // namespace

std::string summary(const RolloutReport& report) {
  return fmt::format("{} tasks, split {}, {} programs a task at most, latents of {} components, transition {}",
                     report.tasks, report.split, report.programs, report.latent_width, report.transition);
}

Table latents_table(const RolloutQuality& quality) {
  Table table{{"steps", "states", "cosine", "unchanged: cosine", "error", "unchanged: error"}, {}};
  const auto add = [&](const std::string& name, const LatentQuality& row) {
    if (row.states() == 0) return;
    table.rows.push_back({name, fmt::format("{}", row.states()), fmt::format("{:.3f}", row.cosine()),
                          fmt::format("{:.3f}", row.unchanged_cosine()), fmt::format("{:.3f}", row.error()),
                          fmt::format("{:.3f}", row.unchanged_error())});
  };
  for (std::size_t i = 0; i < kStepRanges.size(); ++i) add(to_text(kStepRanges[i]), quality.by_steps()[i]);
  add("all", quality.all());
  return table;
}

Table agreement_table(const AgreementByLength& agreement) {
  Table table{{"actions", "tasks", "rank correlation of scores"}, {}};
  const auto add = [&](const std::string& name, const ScoreAgreement& row) {
    if (row.tasks() == 0) return;
    table.rows.push_back({name, fmt::format("{}", row.tasks()), fmt::format("{:.3f}", row.mean_correlation())});
  };
  for (std::size_t i = 0; i < kStepRanges.size(); ++i) add(to_text(kStepRanges[i]), agreement.by_length()[i]);
  add("all", agreement.all());
  return table;
}

std::string to_markdown(const RolloutReport& report) {
  std::string page = fmt::format(
      "# How far latents are foreseen\n\n"
      "{}. World model: {}.\n\n"
      "Foreseen latents next to those that the encoder gives for the true states (components of variance 1), means "
      "over "
      "states: cosine, and squared error of a component. *Unchanged*: the same of a transition by which nothing "
      "changes.\n\n{}",
      summary(report), report.model, to_markdown(latents_table(report.latents)));
  if (report.agreement) {
    page += fmt::format(
        "\nSpearman's correlation, over a task's programs, of the scores of trees on foreseen latents and of trees on "
        "true "
        "ones, mean over tasks with {} programs or more; by the mean number of actions of the task's programs:\n\n{}",
        ScoreAgreement::kFewestPrograms, to_markdown(agreement_table(*report.agreement)));
  }
  return page + "\n![rollouts](rollouts.svg)\n";
}

nlohmann::json to_json(const RolloutReport& report) {
  nlohmann::json json = {
      {"split", report.split},
      {"tasks", report.tasks},
      {"programs", report.programs},
      {"latent_width", report.latent_width},
      {"transition", report.transition},
      {"model", report.model},
      {"steps", rows_to_json(report.latents.by_steps(), report.latents.all(), &LatentQuality::states)}};
  if (report.agreement) {
    json["agreement"] = rows_to_json(report.agreement->by_length(), report.agreement->all(), &ScoreAgreement::tasks);
  }
  return json;
}

LinePlot rollout_plot(const RolloutReport& report) {
  LinePlot plot{"How far latents are foreseen", "steps, or actions of a task's programs", "mean", {}};
  const auto& rows = report.latents.by_steps();
  plot.series = {line_of("cosine", rows, &LatentQuality::states, &LatentQuality::cosine),
                 line_of("cosine, unchanged", rows, &LatentQuality::states, &LatentQuality::unchanged_cosine),
                 line_of("error", rows, &LatentQuality::states, &LatentQuality::error),
                 line_of("error, unchanged", rows, &LatentQuality::states, &LatentQuality::unchanged_error)};
  if (report.agreement) {
    plot.series.push_back(line_of("rank correlation of scores", report.agreement->by_length(), &ScoreAgreement::tasks,
                                  &ScoreAgreement::mean_correlation));
  }
  return plot;
}

}  // namespace tilecast::tools
