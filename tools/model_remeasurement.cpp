#include "model_remeasurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "json_lines.h"
#include "report_text.h"

namespace tilecast::tools {
namespace {

nlohmann::json to_json(const ModelUnderJudge& entry) {
  return {{"judge", entry.judge.label()},
          {"trials", entry.tuning.trials},
          {"errors", entry.tuning.errors},
          {"tuning_seconds", number_or_null(entry.tuning.seconds)},
          {"seconds", entry.seconds}};
}

// Fails when there are none: a median needs one.
Result<BlockSamples> samples_from_json(const nlohmann::json& json) {
  BlockSamples blocks = json.get<BlockSamples>();
  const auto has_samples = [](const std::vector<double>& block) { return !block.empty(); };
  if (blocks.empty() || !std::all_of(blocks.begin(), blocks.end(), has_samples)) return Error{"a side has no samples"};
  return blocks;
}

Result<ModelUnderJudge> model_under_judge_from_json(const nlohmann::json& json) {
  TILECAST_TRY(SearchJudge judge, parse_judge(json.at("judge").get<std::string>(), 0));
  TuningRun tuning{.trials = json.at("trials").get<std::int64_t>(), .errors = json.at("errors").get<std::int64_t>()};
  const nlohmann::json& seconds = json.at("tuning_seconds");
  if (!seconds.is_null()) tuning.seconds = seconds.get<double>();
  TILECAST_TRY(BlockSamples samples, samples_from_json(json.at("seconds")));
  return ModelUnderJudge{std::move(judge), tuning, std::move(samples)};
}

// What is missing or of another type throws.
Result<ModelRemeasurement> read_fields(const nlohmann::json& json) {
  ModelRemeasurement result{.model = json.at("model").get<std::string>(),
                            .tasks_key = json.at("tasks_key").get<std::string>(),
                            .tasks = json.at("tasks").get<int>(),
                            .seed = json.at("seed").get<std::uint64_t>(),
                            .hardware = json.at("hardware").get<std::string>(),
                            .cpu = json.at("cpu").get<std::string>(),
                            .threads = json.at("threads").get<int>(),
                            .relative_error = json.at("relative_error").get<double>(),
                            .disturbance = json.at("disturbance").get<double>()};
  for (const auto& entry : json.at("judges")) {
    TILECAST_TRY(ModelUnderJudge judged, model_under_judge_from_json(entry));
    result.judges.push_back(std::move(judged));
  }
  const nlohmann::json& onnxruntime = json.at("onnxruntime");
  if (onnxruntime.is_null()) return result;
  TILECAST_TRY(BlockSamples samples, samples_from_json(onnxruntime.at("seconds")));
  result.onnxruntime = OnnxruntimeTimes{onnxruntime.at("version").get<std::string>(), std::move(samples)};
  return result;
}

std::string last_tasks_key(std::span<const ModelRemeasurement> all, const std::string& model) {
  const auto last = std::find_if(all.rbegin(), all.rend(), [&](const auto& entry) { return entry.model == model; });
  return last == all.rend() ? "" : last->tasks_key;
}

bool is_chosen(const std::string& model, const ModelSelection& selection) {
  const auto& models = selection.models;
  return models.empty() || std::find(models.begin(), models.end(), model) != models.end();
}

// `entry` must have all of them.
ModelRemeasurement with_judges(ModelRemeasurement entry, std::span<const SearchJudge> judges) {
  std::vector<ModelUnderJudge> chosen;
  for (const SearchJudge& judge : judges) chosen.push_back(*entry.find(judge));
  entry.judges = std::move(chosen);
  return entry;
}

}  // namespace

std::vector<SearchJudge> ModelRemeasurement::searched() const {
  std::vector<SearchJudge> result;
  for (const ModelUnderJudge& entry : judges) result.push_back(entry.judge);
  return result;
}

const ModelUnderJudge* ModelRemeasurement::find(const SearchJudge& judge) const {
  const auto found =
      std::find_if(judges.begin(), judges.end(), [&](const auto& entry) { return entry.judge == judge; });
  return found == judges.end() ? nullptr : &*found;
}

nlohmann::json to_json(const ModelRemeasurement& remeasurement) {
  nlohmann::json judges = nlohmann::json::array();
  for (const ModelUnderJudge& entry : remeasurement.judges) judges.push_back(to_json(entry));
  nlohmann::json onnxruntime = nullptr;
  if (const auto& peer = remeasurement.onnxruntime) {
    onnxruntime = {{"version", peer->version}, {"seconds", peer->seconds}};
  }
  return {{"model", remeasurement.model},
          {"tasks_key", remeasurement.tasks_key},
          {"tasks", remeasurement.tasks},
          {"seed", remeasurement.seed},
          {"hardware", remeasurement.hardware},
          {"cpu", remeasurement.cpu},
          {"threads", remeasurement.threads},
          {"relative_error", remeasurement.relative_error},
          {"disturbance", remeasurement.disturbance},
          {"judges", std::move(judges)},
          {"onnxruntime", std::move(onnxruntime)}};
}

Result<ModelRemeasurement> model_remeasurement_from_json(const nlohmann::json& json) {
  try {
    auto result = read_fields(json);
    if (!result.ok()) return Error{fmt::format("not a model's remeasurement: {}", result.error().message)};
    return result;
  } catch (const nlohmann::json::exception& error) {
    return Error{fmt::format("not a model's remeasurement: {}", error.what())};
  }
}

std::filesystem::path model_remeasurement_file(const std::filesystem::path& directory) {
  return directory / "remeasured-models.jsonl";
}

Result<std::vector<ModelRemeasurement>> read_model_remeasurements(const std::filesystem::path& file) {
  return read_json_lines<ModelRemeasurement>(file, model_remeasurement_from_json);
}

Status write_model_remeasurements(const std::filesystem::path& file,
                                  std::span<const ModelRemeasurement> remeasurements) {
  return write_json_lines(file, remeasurements);
}

const ModelRemeasurement* find_model_remeasurement(std::span<const ModelRemeasurement> all,
                                                   const ModelRemeasurementKey& key,
                                                   std::span<const SearchJudge> judges) {
  const auto fits = [&](const ModelRemeasurement& entry) {
    return entry.model == key.model && entry.tasks_key == key.tasks_key && entry.seed == key.seed &&
           entry.hardware == key.hardware && entry.threads == key.threads && (entry.onnxruntime || !key.onnxruntime) &&
           std::all_of(judges.begin(), judges.end(), [&](const SearchJudge& judge) { return entry.find(judge); });
  };
  const auto found = std::find_if(all.rbegin(), all.rend(), fits);
  return found == all.rend() ? nullptr : &*found;
}

Result<std::vector<ModelRemeasurement>> select_model_remeasurements(const std::filesystem::path& directory,
                                                                    const ModelSelection& selection) {
  const std::filesystem::path file = model_remeasurement_file(directory);
  TILECAST_TRY(const std::vector<ModelRemeasurement> all, read_model_remeasurements(file));
  if (all.empty()) return Error{fmt::format("{} has no models: run the bench first", file.string())};
  const std::vector<SearchJudge> judges = selection.judges.empty() ? all.back().searched() : selection.judges;
  std::vector<ModelRemeasurement> chosen;
  for (const ModelRemeasurement& entry : all) {
    const ModelRemeasurementKey key{entry.model, last_tasks_key(all, entry.model), entry.seed, all.back().hardware,
                                    all.back().threads};
    // The same runs may have been timed again, with more judges beside them.
    if (&entry != find_model_remeasurement(all, key, judges) || !is_chosen(entry.model, selection)) continue;
    chosen.push_back(with_judges(entry, judges));
  }
  if (chosen.empty()) {
    return Error{fmt::format("{} has no model that was tuned under all of {}", file.string(), labels_of(judges))};
  }
  return chosen;
}

}  // namespace tilecast::tools
