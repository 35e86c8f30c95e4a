#include "tune_session.h"

#include "evaluator/random_evaluator.h"
#include "evaluator/static_evaluator.h"
#include "stop_flag.h"

namespace tilecast::tools {

std::vector<std::string> evaluator_names() { return {"random", "static"}; }

std::unique_ptr<Evaluator> make_evaluator(const std::string& name, const Hardware& hardware, int threads,
                                          std::uint64_t seed) {
  if (name == "random") return std::make_unique<RandomEvaluator>(seed);
  return std::make_unique<StaticEvaluator>(hardware, threads, hardware.cores);
}

Result<std::unique_ptr<Measurer>> make_measurer(int threads) {
  MeasureOptions options;
  options.threads = threads;
  options.cancelled = stop_requested;
  return Measurer::create(std::move(options));
}

}  // namespace tilecast::tools
