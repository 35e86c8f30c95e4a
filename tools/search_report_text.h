// A SearchReport as tables, as JSON and as plots.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "search_report.h"
#include "svg_plot.h"

namespace tilecast::tools {

// A Markdown page: each subgraph under each judge, totals, and efficiency.
std::string to_markdown(const SearchReport& report);

// All numbers: {"peak_gflops","threads","cpu","judges","seeds","subgraphs","totals","efficiency"}; seconds; what there
// is no value for is null.
nlohmann::json to_json(const SearchReport& report);

// Percent of the best known speed against trials, from the fourth trial on.
LinePlot efficiency_plot(const SearchReport& report);
// Speed relative to the first judge's, a group a subgraph; whiskers span the seeds.
BarPlot speed_plot(const SearchReport& report);

}  // namespace tilecast::tools
