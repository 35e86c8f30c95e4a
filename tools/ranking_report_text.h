// A RankingReport as tables, as JSON and as a plot.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ranking_report.h"
#include "svg_plot.h"

namespace tilecast::tools {

// A Markdown page: all judges on all programs, then with several models where there are some, then on
// those of each machine where there are several, then the transfers.
std::string to_markdown(const RankingReport& report);

// {"splits","machines","model","learnt_programs","learnt_tasks","seed","other_models","judges","transfers"}; qualities
// as evaluator/ranking.h has them, of each split by its name, of each machine by its fingerprint, and with each of the
// other models in order.
nlohmann::json to_json(const RankingReport& report);

// Rank correlation of all programs: a group a judge, a bar a split.
BarPlot ranking_plot(const RankingReport& report);

}  // namespace tilecast::tools
