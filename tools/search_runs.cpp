#include "search_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "record/record_log.h"
#include "remeasurement.h"

namespace tilecast::tools {
namespace {

bool is_chosen(const std::string& subgraph, const SearchSelection& selection) {
  const auto& only = selection.subgraphs;
  return only.empty() || std::find(only.begin(), only.end(), subgraph) != only.end();
}

// The task that a subgraph of this name was last: a suite may have changed it since earlier searches.
std::string task_key_of(const std::vector<Remeasurement>& all, const std::string& subgraph) {
  const auto last =
      std::find_if(all.rbegin(), all.rend(), [&](const Remeasurement& entry) { return entry.subgraph == subgraph; });
  return last == all.rend() ? "" : last->task_key;
}

class SearchRunsReader {
 public:
  SearchRunsReader(const std::filesystem::path& directory, const std::map<std::string, AnsorResult>& ansor)
      : directory_(directory), ansor_(ansor) {}

  Result<SearchRuns> read(const SearchSelection& selection) {
    const std::filesystem::path file = remeasurement_file(directory_);
    TILECAST_TRY(const std::vector<Remeasurement> all, read_remeasurements(file));
    if (all.empty()) return Error{fmt::format("{} has no searches: run the bench first", file.string())};
    const std::vector<SearchJudge> judges = selection.judges.empty() ? all.back().searched() : selection.judges;
    for (const SearchJudge& judge : judges) runs_.judges.push_back(judge.label());
    runs_.threads = all.back().threads;
    for (const Remeasurement& entry : all) {
      const RemeasurementKey key{entry.subgraph, task_key_of(all, entry.subgraph), entry.seed, all.back().hardware,
                                 all.back().threads};
      // The same searches may have been remeasured again, with more judges beside them.
      if (&entry != find_remeasurement(all, key, judges) || !is_chosen(entry.subgraph, selection)) continue;
      for (const SearchJudge& judge : judges) TILECAST_CHECK(add_run(entry, judge));
      runs_.peak_gflops = std::max(runs_.peak_gflops, entry.peak_gflops);
    }
    if (runs_.runs.empty()) {
      return Error{
          fmt::format("{} has no subgraph that was searched under all of {}", file.string(), labels_of(judges))};
    }
    return std::move(runs_);
  }

 private:
  Status add_run(const Remeasurement& entry, const SearchJudge& judge) {
    const std::filesystem::path log = search_log(directory_, entry.subgraph, judge, entry.seed);
    TILECAST_TRY(const RecordSet set, read_record_log(log));
    const auto task = set.tasks.find(entry.task_key);
    const auto hardware = set.hardware.find(entry.hardware);
    if (task == set.tasks.end() || hardware == set.hardware.end()) {
      return Error{fmt::format("{} has no search of {}: run the bench again", log.string(), entry.subgraph)};
    }
    add_subgraph(entry.subgraph, task->second.flops);
    runs_.cpu = hardware->second.cpu;
    SearchRun run{.subgraph = entry.subgraph,
                  .judge = judge.label(),
                  .seed = entry.seed,
                  .seconds = entry.find(judge)->median_seconds()};
    for (const MeasureRecord& record : records_of(set, entry.task_key, entry.hardware, entry.threads)) {
      run.trials.push_back(record.ok() ? record.seconds() : std::numeric_limits<double>::infinity());
      if (record.origin == "default") run.default_seconds = run.trials.back();
    }
    runs_.runs.push_back(std::move(run));
    return Unit{};
  }

  void add_subgraph(const std::string& name, double flops) {
    const auto known = std::any_of(runs_.subgraphs.begin(), runs_.subgraphs.end(),
                                   [&](const SearchSubgraph& subgraph) { return subgraph.name == name; });
    if (known) return;
    SearchSubgraph subgraph{.name = name, .flops = flops};
    if (const auto ansor = ansor_.find(name); ansor != ansor_.end()) subgraph.ansor = ansor->second;
    runs_.subgraphs.push_back(std::move(subgraph));
  }

  const std::filesystem::path& directory_;
  const std::map<std::string, AnsorResult>& ansor_;
  SearchRuns runs_;
};

}  // namespace

Result<SearchRuns> read_search_runs(const std::filesystem::path& directory, const SearchSelection& selection,
                                    const std::map<std::string, AnsorResult>& ansor) {
  return SearchRunsReader(directory, ansor).read(selection);
}

}  // namespace tilecast::tools
