#include "search_report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "base/statistics.h"

namespace tilecast::tools {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNearBest = 1.05;

std::vector<const SearchRun*> runs_of(const SearchRuns& all, const std::string& subgraph, const std::string& judge) {
  std::vector<const SearchRun*> result;
  for (const SearchRun& run : all.runs) {
    if (run.subgraph == subgraph && run.judge == judge) result.push_back(&run);
  }
  return result;
}

double share_of_peak(double flops, double seconds, double peak_gflops) {
  return flops / seconds / 1e9 / peak_gflops;
}

double best_remeasured(const SearchRuns& all, const std::string& subgraph) {
  double best = kInfinity;
  for (const SearchRun& run : all.runs) {
    if (run.subgraph == subgraph) best = std::min(best, run.seconds);
  }
  return best;
}

std::optional<JudgeOnSubgraph> judge_on(const SearchRuns& all, const SearchSubgraph& subgraph,
                                        const std::string& judge) {
  std::vector<double> seconds;
  std::vector<double> shares;
  for (const SearchRun* run : runs_of(all, subgraph.name, judge)) {
    if (!std::isfinite(run->seconds)) return std::nullopt;
    seconds.push_back(run->seconds);
    shares.push_back(share_of_peak(subgraph.flops, run->seconds, all.peak_gflops));
  }
  if (seconds.empty()) return std::nullopt;
  JudgeOnSubgraph result{.seconds = spread_of(seconds), .share_of_peak = spread_of(shares)};
  if (subgraph.ansor) {
    const double ours = share_of_peak(subgraph.ansor->flops, result.seconds.median, all.peak_gflops);
    result.over_ansor = ours / subgraph.ansor->share_of_peak;
  }
  return result;
}

// Both sides of a ratio were timed in turns: seeds were hours apart, perhaps, and machines change.
Spread speed_over_first(const SearchRuns& all, const std::string& subgraph, const std::string& judge) {
  std::vector<double> ratios;
  for (const SearchRun* first : runs_of(all, subgraph, all.judges.front())) {
    for (const SearchRun* run : runs_of(all, subgraph, judge)) {
      if (run->seed == first->seed) ratios.push_back(first->seconds / run->seconds);
    }
  }
  return spread_of(ratios);
}

SubgraphRow row_of(const SearchRuns& all, const SearchSubgraph& subgraph) {
  SubgraphRow row{.subgraph = subgraph, .best_seconds = best_remeasured(all, subgraph.name)};
  for (const std::string& judge : all.judges) row.judges.push_back(judge_on(all, subgraph, judge));
  for (std::size_t j = 0; j < row.judges.size(); ++j) {
    auto& judged = row.judges[j];
    if (!judged) continue;
    judged->near_best = judged->seconds.median <= kNearBest * row.best_seconds;
    if (row.judges.front()) judged->speed = speed_over_first(all, subgraph.name, all.judges[j]);
  }
  return row;
}

std::optional<double> mean_of(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(geometric_mean(values));
}

JudgeTotals totals_of(const std::vector<SubgraphRow>& rows, std::size_t judge) {
  JudgeTotals totals;
  std::vector<double> speeds;
  std::vector<double> over_ansor;
  for (const SubgraphRow& row : rows) {
    const auto& judged = row.judges[judge];
    if (!judged) continue;
    ++totals.subgraphs;
    totals.near_best += judged->near_best ? 1 : 0;
    if (judged->speed) speeds.push_back(judged->speed->median);
    if (judged->over_ansor) over_ansor.push_back(*judged->over_ansor);
  }
  totals.speed = mean_of(speeds);
  totals.over_ansor = mean_of(over_ansor);
  return totals;
}

// A run as a curve: share[n] after n + 1 trials, 0 while it has no program.
struct ShareCurve {
  std::uint64_t seed = 0;
  std::vector<double> shares;
  double gain_over_share = 0;  // infinity: the run has no time of the default schedule
  double after(int trials) const { return shares[std::min(static_cast<std::size_t>(trials), shares.size()) - 1]; }
};

std::map<std::string, double> best_known(const SearchRuns& all) {
  std::map<std::string, double> best;
  for (const SearchRun& run : all.runs) {
    double& shortest = best.try_emplace(run.subgraph, kInfinity).first->second;
    for (const double seconds : run.trials) shortest = std::min(shortest, seconds);
  }
  return best;
}

std::vector<ShareCurve> curves_of(const SearchRuns& all, const std::map<std::string, double>& known,
                                  const std::string& judge) {
  std::vector<ShareCurve> curves;
  for (const SearchRun& run : all.runs) {
    if (run.judge != judge || run.trials.empty()) continue;
    ShareCurve curve{.seed = run.seed, .gain_over_share = run.default_seconds / known.at(run.subgraph)};
    double best = kInfinity;
    for (const double seconds : run.trials) {
      best = std::min(best, seconds);
      curve.shares.push_back(std::isfinite(best) ? known.at(run.subgraph) / best : 0);
    }
    curves.push_back(std::move(curve));
  }
  return curves;
}

// The numbers of tables, and enough between them for a smooth line.
std::vector<int> curve_trials(int longest) {
  std::set<int> numbers{longest};
  for (const int n : table_trials()) {
    if (n <= longest) numbers.insert(n);
  }
  constexpr int kSmallestStep = 20;  // of what a step is a part
  for (int n = 1; n <= longest; n += std::max(1, n / kSmallestStep)) numbers.insert(n);
  return {numbers.begin(), numbers.end()};
}

std::optional<EfficiencyPoint> point_at(const std::vector<ShareCurve>& curves, int trials) {
  std::vector<double> all;
  std::vector<double> gains;
  std::map<std::uint64_t, std::vector<double>> by_seed;
  for (const ShareCurve& curve : curves) {
    const double share = curve.after(trials);
    if (share <= 0) return std::nullopt;
    all.push_back(share);
    if (std::isfinite(curve.gain_over_share)) gains.push_back(share * curve.gain_over_share);
    by_seed[curve.seed].push_back(share);
  }
  std::vector<double> means;
  for (const auto& [seed, shares] : by_seed) means.push_back(geometric_mean(shares));
  const Spread spread = spread_of(means);
  EfficiencyPoint point{trials, geometric_mean(all), spread.low, spread.high, std::nullopt};
  if (gains.size() == all.size()) point.gain = geometric_mean(gains);
  return point;
}

// `known`: the shortest time of each subgraph, as best_known has it.
std::vector<EfficiencyPoint> efficiency_of(const SearchRuns& all, const std::map<std::string, double>& known,
                                           const std::string& judge) {
  const std::vector<ShareCurve> curves = curves_of(all, known, judge);
  std::size_t longest = 0;
  for (const ShareCurve& curve : curves) longest = std::max(longest, curve.shares.size());
  std::vector<EfficiencyPoint> points;
  if (longest == 0) return points;
  for (const int trials : curve_trials(static_cast<int>(longest))) {
    if (const auto point = point_at(curves, trials)) points.push_back(*point);
  }
  return points;
}

}  // namespace

std::vector<int> table_trials() {
  return {4, 8, 16, 32, 64, 100, 128, 256, 512, 1000};
}

SearchReport summarize(const SearchRuns& runs) {
  SearchReport report{.judges = runs.judges, .peak_gflops = runs.peak_gflops, .threads = runs.threads, .cpu = runs.cpu};
  std::set<std::uint64_t> seeds;
  for (const SearchRun& run : runs.runs) seeds.insert(run.seed);
  report.seeds.assign(seeds.begin(), seeds.end());
  for (const SearchSubgraph& subgraph : runs.subgraphs) report.rows.push_back(row_of(runs, subgraph));
  const std::map<std::string, double> known = best_known(runs);
  for (std::size_t j = 0; j < runs.judges.size(); ++j) {
    report.totals.push_back(totals_of(report.rows, j));
    report.efficiency.push_back(efficiency_of(runs, known, runs.judges[j]));
  }
  return report;
}

}  // namespace tilecast::tools
