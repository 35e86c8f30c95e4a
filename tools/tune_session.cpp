#include "tune_session.h"

#include <fmt/format.h>

#include "codegen/codegen.h"
#include "evaluator/random_evaluator.h"
#include "evaluator/static_evaluator.h"
#include "record/record_log.h"
#include "stop_flag.h"

namespace tilecast::tools {

std::vector<std::string> evaluator_names() {
  return {"random", "static"};
}

std::unique_ptr<Evaluator> make_evaluator(const std::string& name, const Hardware& hardware, int threads,
                                          std::uint64_t seed) {
  if (name == "random") return std::make_unique<RandomEvaluator>(seed);
  return std::make_unique<StaticEvaluator>(hardware, threads, hardware.cores);
}

Status warm_start(Evaluator& evaluator, const std::vector<std::filesystem::path>& logs, const Hardware& hardware,
                  int threads) {
  for (const std::filesystem::path& log : logs) {
    TILECAST_TRY(const RecordSet set, read_record_log(log));
    std::size_t used = 0;
    for (const auto& [key, task] : set.tasks) {
      const auto records = records_of(set, key, hardware.fingerprint, threads);
      if (records.empty()) continue;
      TILECAST_TRY(const TaskContext context, make_task_context(task));
      evaluator.update(context, records);
      used += records.size();
    }
    if (used == 0) {
      return Error{
          fmt::format("{} has no records of this hardware with {} threads to start from", log.string(), threads)};
    }
  }
  return Unit{};
}

Result<std::unique_ptr<Measurer>> make_measurer(MeasureOptions options) {
  options.cancelled = stop_requested;
  return Measurer::create(std::move(options));
}

}  // namespace tilecast::tools
