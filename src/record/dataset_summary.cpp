#include "record/dataset_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <vector>

namespace tilecast {
namespace {

constexpr double kGoodRatio = 1.25;

// Times compare within one task, machine and number of threads.
using Comparable = std::tuple<std::string, std::string, int>;

Comparable comparable(const MeasureRecord& record) {
  return {record.task_key, record.hardware, record.threads};
}

class Summarizer {
 public:
  explicit Summarizer(const Dataset& dataset) : dataset_(dataset) {}

  DatasetSummary run() {
    for (const auto split : {DatasetSplit::kTrain, DatasetSplit::kValidation, DatasetSplit::kHeldOut}) {
      summary_.by_split[std::string(split_name(split))];
    }
    summary_.machine_states = dataset_.machine_states.size();
    for (const auto& [key, task] : dataset_.tasks) {
      for (DatasetCounts* counts : counts_of(task)) ++counts->tasks;
    }
    count_networks();
    for (const MeasureRecord& record : dataset_.records) {
      if (!record.ok()) continue;
      double& best = best_.emplace(comparable(record), std::numeric_limits<double>::infinity()).first->second;
      best = std::min(best, record.seconds());
    }
    for (const MeasureRecord& record : dataset_.records) count(record);
    return std::move(summary_);
  }

 private:
  // All rows in which the task counts.
  std::vector<DatasetCounts*> counts_of(const DatasetTask& task) {
    std::vector<DatasetCounts*> rows{&summary_.all, &summary_.by_split[std::string(split_name(task.split))]};
    std::set<std::string> kinds;
    for (const NetworkUse& use : task.uses) kinds.insert(use.kind);
    for (const std::string& kind : kinds) rows.push_back(&summary_.by_kind[kind]);
    return rows;
  }

  void count_networks() {
    std::map<DatasetCounts*, std::set<std::string>> networks;
    for (const auto& [key, task] : dataset_.tasks) {
      for (const NetworkUse& use : task.uses) {
        networks[&summary_.all].insert(use.network);
        networks[&summary_.by_split[std::string(split_name(task.split))]].insert(use.network);
        networks[&summary_.by_kind[use.kind]].insert(use.network);
      }
    }
    for (const auto& [row, names] : networks) row->networks = names.size();
  }

  void count(const MeasureRecord& record) {
    const bool first = record.ok() && measured_.insert(record.task_key).second;
    const bool good = record.ok() && record.seconds() <= kGoodRatio * best_.at(comparable(record));
    for (DatasetCounts* counts : counts_of(dataset_.tasks.at(record.task_key))) {
      ++counts->records;
      counts->measured_tasks += first ? 1 : 0;
      counts->errors += record.ok() ? 0 : 1;
      counts->good += good ? 1 : 0;
    }
    ++summary_.by_origin[record.origin];
    if (!record.ok()) ++summary_.by_error[std::string(measure_error_name(record.error))];
  }

  const Dataset& dataset_;
  DatasetSummary summary_;
  std::map<Comparable, double> best_;
  std::set<std::string> measured_;
};

std::string row_text(const std::string& name, const DatasetCounts& counts) {
  return fmt::format("{:<12} {:>8} {:>7} {:>9} {:>9} {:>7} {:>7}\n", name, counts.networks, counts.tasks,
                     counts.measured_tasks, counts.records, counts.errors, counts.good);
}

nlohmann::json to_json(const DatasetCounts& counts) {
  return {{"networks", counts.networks}, {"tasks", counts.tasks},   {"measured_tasks", counts.measured_tasks},
          {"records", counts.records},   {"errors", counts.errors}, {"good", counts.good}};
}

nlohmann::json to_json(const std::map<std::string, DatasetCounts>& rows) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, counts] : rows) json[name] = to_json(counts);
  return json;
}

}  // namespace

DatasetSummary summarize(const Dataset& dataset) {
  return Summarizer(dataset).run();
}

std::string to_text(const DatasetSummary& summary) {
  std::string text = fmt::format("{:<12} {:>8} {:>7} {:>9} {:>9} {:>7} {:>7}\n", "", "networks", "tasks", "measured",
                                 "records", "errors", "good");
  for (const auto& [name, counts] : summary.by_split) text += row_text(name, counts);
  for (const auto& [name, counts] : summary.by_kind) text += row_text(name, counts);
  text += row_text("all", summary.all);
  for (const auto& [origin, count] : summary.by_origin) text += fmt::format("{} records by {}\n", count, origin);
  for (const auto& [error, count] : summary.by_error) text += fmt::format("{} records with {}\n", count, error);
  return text + fmt::format("{} states of machines\n", summary.machine_states);
}

nlohmann::json to_json(const DatasetSummary& summary) {
  return {{"all", to_json(summary.all)},         {"by_split", to_json(summary.by_split)},
          {"by_kind", to_json(summary.by_kind)}, {"by_origin", summary.by_origin},
          {"by_error", summary.by_error},        {"machine_states", summary.machine_states}};
}

}  // namespace tilecast
