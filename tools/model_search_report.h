// Whole models tuned under several judges compared: how fast they are, and what tuning took. Pure numbers:
// model_search_report_text.h writes them down.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model_remeasurement.h"
#include "spread.h"

namespace tilecast::tools {

// Spreads are over the seeds, latencies medians of all runs of a sitting, in seconds. Ratios are of two latencies of
// one sitting: below 1 is faster than what it is compared with.
struct JudgeOnModel {
  Spread trials;
  std::optional<Spread> tuning_seconds;  // none: unknown of a seed
  Spread seconds;
  Spread ratio;                          // to the first judge
  std::optional<Spread> to_onnxruntime;  // none: it had no turn with a seed
};

struct OnnxruntimeOnModel {
  Spread seconds;
  Spread ratio;  // to the first judge
};

struct ModelRow {
  std::string model;
  int tasks = 0;
  std::vector<std::uint64_t> seeds;
  std::vector<JudgeOnModel> judges;
  std::optional<OnnxruntimeOnModel> onnxruntime;  // none: it had no turn with a seed
};

// Geometric means over models of the medians.
struct ModelJudgeTotals {
  double ratio = 0;
  std::optional<double> to_onnxruntime;  // of the models that have one; none: no model has
};

struct ModelSearchReport {
  std::vector<std::string> judges;   // labels; the others are compared with the first
  std::vector<std::uint64_t> seeds;  // of any model
  int threads = 1;
  std::string cpu;
  double relative_error = 0;  // the largest
  std::vector<ModelRow> rows;
  std::vector<ModelJudgeTotals> totals;  // in the order of `judges`
};

// `runs`: as select_model_remeasurements returns them, one or more, all with the same judges.
ModelSearchReport summarize(std::span<const ModelRemeasurement> runs);

}  // namespace tilecast::tools
