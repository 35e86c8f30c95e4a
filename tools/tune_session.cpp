#include "tune_session.h"

#include <fmt/format.h>

#include <iterator>

#include "evaluator/action_evaluator.h"
#include "evaluator/random_evaluator.h"
#include "evaluator/static_evaluator.h"
#include "stop_flag.h"
#include "task_records.h"

namespace tilecast::tools {

std::vector<std::string> evaluator_names() {
  return {"random", "actions", "static"};
}

std::unique_ptr<Evaluator> make_evaluator(const std::string& name, const Hardware& hardware, int threads,
                                          std::uint64_t seed) {
  if (name == "random") return std::make_unique<RandomEvaluator>(seed);
  if (name == "actions") return std::make_unique<ActionEvaluator>(hardware, threads, hardware.cores);
  return std::make_unique<StaticEvaluator>(hardware, threads, hardware.cores);
}

Status warm_start(Evaluator& evaluator, const std::vector<std::filesystem::path>& files, int threads) {
  if (files.empty()) return Unit{};
  std::vector<TaskRecords> all;
  for (const std::filesystem::path& file : files) {
    TILECAST_TRY(std::vector<TaskRecords> groups, read_training_records(file));
    std::erase_if(groups, [&](const TaskRecords& group) { return group.threads != threads; });
    if (groups.empty()) {
      return Error{fmt::format("{} has no records with {} threads to start from", file.string(), threads)};
    }
    std::move(groups.begin(), groups.end(), std::back_inserter(all));
  }
  return evaluator.pretrain(all);
}

Result<std::unique_ptr<Measurer>> make_measurer(MeasureOptions options) {
  options.cancelled = stop_requested;
  return Measurer::create(std::move(options));
}

}  // namespace tilecast::tools
