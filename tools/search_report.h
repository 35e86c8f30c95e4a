// Searches under several judges compared: what they find on each subgraph, and how fast they find it. Pure numbers:
// search_report_text.h writes them down.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "ansor_results.h"
#include "spread.h"

namespace tilecast::tools {

// One search of one subgraph under one judge.
struct SearchRun {
  std::string subgraph;
  std::string judge;
  std::uint64_t seed = 0;
  std::vector<double> trials;  // seconds of each candidate in the order of the search; infinity: it failed
  double seconds = 0;          // of its best program, remeasured in turns with the other judges'; infinity: none
  double default_seconds = std::numeric_limits<double>::infinity();  // of the default schedule in this search
};

struct SearchSubgraph {
  std::string name;
  double flops = 0;
  std::optional<AnsorResult> ansor;
};

// What is compared: of each subgraph, a run a seed under each of the judges.
struct SearchRuns {
  std::vector<SearchSubgraph> subgraphs;
  std::vector<std::string> judges;  // the others are compared with the first
  std::vector<SearchRun> runs;
  double peak_gflops = 0;  // of the machine
  int threads = 1;
  std::string cpu;
};

// Spreads are over the seeds.
struct JudgeOnSubgraph {
  Spread seconds;                    // remeasured
  Spread share_of_peak;              // in [0, 1] unless an algorithm does with fewer operations
  std::optional<Spread> speed;       // the first judge's seconds over this one's, seed by seed
  std::optional<double> over_ansor;  // share of peak over Ansor's, with Ansor's number of operations
  bool near_best = false;            // median at most 5 % above the best program known
};

struct SubgraphRow {
  SearchSubgraph subgraph;
  double best_seconds = 0;                             // remeasured, of all runs
  std::vector<std::optional<JudgeOnSubgraph>> judges;  // none: a run of this judge found no program, or there is no run
};

// Of one judge, over the subgraphs that have a result. No value: no subgraph has one.
struct JudgeTotals {
  std::optional<double> speed;       // geometric mean of the medians
  std::optional<double> over_ansor;  // geometric mean
  int near_best = 0;                 // subgraphs
  int subgraphs = 0;
};

// How near the best so far is to the best known after some trials: geometric means over subgraphs of (shortest time in
// all runs of the subgraph) / (shortest in the run so far), by the times that the searches themselves took.
struct EfficiencyPoint {
  int trials = 0;
  double share = 0;  // over all subgraphs and seeds
  double low = 0;    // of the means of single seeds
  double high = 0;
  // Geometric mean of (time of the default schedule in the same run) / (shortest in the run so far). Searches minutes
  // apart compare by it, since what slows all of a run down cancels out. No value: a run has no such time.
  std::optional<double> gain;
};

struct SearchReport {
  std::vector<std::string> judges;
  std::vector<std::uint64_t> seeds;
  double peak_gflops = 0;
  int threads = 1;
  std::string cpu;
  std::vector<SubgraphRow> rows;
  // In the order of `judges`.
  std::vector<JudgeTotals> totals;
  // By trials, from the first number at which every run has a program to the end of the judge's longest run. A run that
  // ended earlier, since its space had no more candidates, keeps its best.
  std::vector<std::vector<EfficiencyPoint>> efficiency;
};

// The numbers of trials that tables show.
std::vector<int> table_trials();

SearchReport summarize(const SearchRuns& runs);

}  // namespace tilecast::tools
