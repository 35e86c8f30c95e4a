// One tuning run over all tasks of a model, as `tilecast tune` does it, whose time is kept beside its log.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/hardware.h"
#include "base/result.h"
#include "evaluator/evaluator.h"
#include "ir/task.h"
#include "measure/measurer.h"
#include "model_remeasurement.h"
#include "tuner/tuner.h"

namespace tilecast::tools {

// What `options.records`, which may not be there yet, has of these tasks on this hardware and with options.threads, and
// the seconds that it took. Fails when one of the two files cannot be read.
Result<TuningRun> read_tuning_run(const std::vector<WeightedTask>& tasks, const TuneOptions& options,
                                  const Hardware& hardware);

// Goes on with a run, or begins it; `known` is what read_tuning_run says of it. `options.records` must be named. The
// time is on file after each candidate, so that a kill loses that of the last one. stop_requested() ends it early.
// Fails as tune() does, and when the time cannot be written.
Result<TuningRun> go_on_tuning(const std::vector<WeightedTask>& tasks, const TuneOptions& options,
                               const Hardware& hardware, const TuningRun& known, Evaluator& evaluator,
                               Measurer& measurer);

}  // namespace tilecast::tools
