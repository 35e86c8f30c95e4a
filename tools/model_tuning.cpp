#include "model_tuning.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "record/record_log.h"
#include "stop_flag.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

// NAME.time.json beside NAME.jsonl: {"seconds"}.
fs::path time_file(const fs::path& log) {
  return fs::path(log).replace_extension(".time.json");
}

Result<std::optional<double>> read_seconds(const fs::path& log) {
  const fs::path file = time_file(log);
  if (!fs::exists(file)) return std::optional<double>();
  TILECAST_TRY(const std::string text, read_text(file));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("seconds") || !json["seconds"].is_number()) {
    return Error{
        fmt::format("{} does not say how long tuning took: remove it together with {}", file.string(), log.string())};
  }
  return std::optional(json["seconds"].get<double>());
}

Status write_seconds(const fs::path& log, double seconds) {
  return replace_text(time_file(log), nlohmann::json{{"seconds", seconds}}.dump() + "\n");
}

}  // namespace

Result<TuningRun> read_tuning_run(const std::vector<WeightedTask>& tasks, const TuneOptions& options,
                                  const Hardware& hardware) {
  TuningRun run;
  if (fs::exists(options.records)) {
    TILECAST_TRY(const RecordSet set, read_record_log(options.records));
    for (const WeightedTask& task : tasks) {
      for (const MeasureRecord& record : records_of(set, task.task.key, hardware.fingerprint, options.threads)) {
        ++run.trials;
        run.errors += record.ok() ? 0 : 1;
      }
    }
  }
  // What is left of a run whose log is gone counts for nothing.
  if (run.trials == 0) {
    run.seconds = 0;
  } else {
    TILECAST_TRY(run.seconds, read_seconds(options.records));
  }
  return run;
}

Result<TuningRun> go_on_tuning(const std::vector<WeightedTask>& tasks, const TuneOptions& options,
                               const Hardware& hardware, const TuningRun& known, Evaluator& evaluator,
                               Measurer& measurer) {
  Status written = Unit{};
  const auto keep_time = [&](const TuneProgress& progress) {
    if (known.seconds && written.ok()) written = write_seconds(options.records, *known.seconds + progress.seconds);
  };
  TILECAST_TRY(const TuneProgress progress,
               tune(tasks, options, hardware, evaluator, measurer, {keep_time, stop_requested}));
  keep_time(progress);
  TILECAST_CHECK(written);
  TuningRun run{.trials = progress.trials, .errors = progress.errors};
  if (known.seconds) run.seconds = *known.seconds + progress.seconds;
  return run;
}

}  // namespace tilecast::tools
