#include "remeasurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/statistics.h"
#include "json_lines.h"

namespace tilecast::tools {

double RemeasuredJudge::median_seconds() const {
  return seconds.empty() ? std::numeric_limits<double>::infinity() : median(seconds);
}

std::vector<SearchJudge> Remeasurement::searched() const {
  std::vector<SearchJudge> result;
  for (const RemeasuredJudge& entry : judges) result.push_back(entry.judge);
  return result;
}

const RemeasuredJudge* Remeasurement::find(const SearchJudge& judge) const {
  const auto found =
      std::find_if(judges.begin(), judges.end(), [&](const auto& entry) { return entry.judge == judge; });
  return found == judges.end() ? nullptr : &*found;
}

nlohmann::json to_json(const Remeasurement& remeasurement) {
  nlohmann::json judges = nlohmann::json::array();
  for (const RemeasuredJudge& entry : remeasurement.judges) {
    judges.push_back({{"judge", entry.judge.label()}, {"seconds", entry.seconds}});
  }
  return {{"subgraph", remeasurement.subgraph},
          {"task_key", remeasurement.task_key},
          {"seed", remeasurement.seed},
          {"hardware", remeasurement.hardware},
          {"threads", remeasurement.threads},
          {"peak_gflops", remeasurement.peak_gflops},
          {"judges", judges}};
}

Result<Remeasurement> remeasurement_from_json(const nlohmann::json& json) {
  try {
    Remeasurement result{.subgraph = json.at("subgraph").get<std::string>(),
                         .task_key = json.at("task_key").get<std::string>(),
                         .seed = json.at("seed").get<std::uint64_t>(),
                         .hardware = json.at("hardware").get<std::string>(),
                         .threads = json.at("threads").get<int>(),
                         .peak_gflops = json.at("peak_gflops").get<double>()};
    for (const auto& entry : json.at("judges")) {
      TILECAST_TRY(SearchJudge judge, parse_judge(entry.at("judge").get<std::string>(), 0));
      result.judges.push_back({std::move(judge), entry.at("seconds").get<std::vector<double>>()});
    }
    return result;
  } catch (const nlohmann::json::exception& error) {
    return Error{fmt::format("not a remeasurement: {}", error.what())};
  }
}

std::filesystem::path remeasurement_file(const std::filesystem::path& directory) {
  return directory / "remeasured.jsonl";
}

Result<std::vector<Remeasurement>> read_remeasurements(const std::filesystem::path& file) {
  return read_json_lines<Remeasurement>(file, remeasurement_from_json);
}

Status write_remeasurements(const std::filesystem::path& file, std::span<const Remeasurement> remeasurements) {
  return write_json_lines(file, remeasurements);
}

const Remeasurement* find_remeasurement(std::span<const Remeasurement> all, const RemeasurementKey& key,
                                        std::span<const SearchJudge> judges) {
  const auto fits = [&](const Remeasurement& entry) {
    return entry.subgraph == key.subgraph && entry.task_key == key.task_key && entry.seed == key.seed &&
           entry.hardware == key.hardware && entry.threads == key.threads &&
           std::all_of(judges.begin(), judges.end(), [&](const SearchJudge& judge) { return entry.find(judge); });
  };
  const auto found = std::find_if(all.rbegin(), all.rend(), fits);
  return found == all.rend() ? nullptr : &*found;
}

}  // namespace tilecast::tools
