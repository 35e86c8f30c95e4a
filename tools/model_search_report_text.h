// A ModelSearchReport as a table, as JSON and as a plot.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "model_search_report.h"
#include "svg_plot.h"

namespace tilecast::tools {

// A Markdown page: each model under each judge, and next to onnxruntime where it had its turns; geometric means.
std::string to_markdown(const ModelSearchReport& report);

// All numbers: {"threads","cpu","judges","seeds","relative_error","models","totals"}; seconds; what there is no value
// for is null.
nlohmann::json to_json(const ModelSearchReport& report);

// Latency relative to the first judge's, a group a model; whiskers span the seeds.
BarPlot latency_plot(const ModelSearchReport& report);

}  // namespace tilecast::tools
