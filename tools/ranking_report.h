// How well several judges rank programs that they have not learnt from, and what is left of it for sorts of tasks that
// they have not learnt from. Pure numbers: ranking_report_text.h writes them down.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "evaluator/ranking.h"

namespace tilecast::tools {

struct ComparedJudge {
  std::string evaluator;          // one of evaluator_names()
  std::string what;               // what ranks, for a person
  bool without_hardware = false;  // all machines are taken for one and the same
  bool cold = false;              // has learnt from nothing
};
// Unique in a comparison: "static", "static, no hardware", "static, cold".
std::string label(const ComparedJudge& judge);

// Whether what it says depends on a model.
bool reads_model(const ComparedJudge& judge);

// The judges of the ablation. `with_encoded`: also the one that builds and encodes every candidate, which takes long.
std::vector<ComparedJudge> judges_to_compare(bool with_encoded);

// On the programs of one split.
struct SplitQuality {
  RankingQuality all;
  std::vector<RankingQuality> machines;  // as RankingReport::machines
};

struct JudgeRow {
  ComparedJudge judge;
  std::vector<SplitQuality> splits;  // as RankingReport::splits
  // With each of RankingReport::other_models in place of the model, on each split; empty where no model is read.
  std::vector<std::vector<RankingQuality>> others;
};

// One judge on the tasks of one sort in one split.
struct TransferRow {
  std::string sort;  // of tasks: a main operator, or how much work
  std::string evaluator;
  std::string split;
  RankingQuality without;  // after learning from the other tasks of the training split
  RankingQuality with;     // after learning from all of them
};

struct RankingReport {
  std::vector<std::string> splits;
  std::vector<Hardware> machines;         // on which the ranked programs were measured
  std::string model;                      // what the parts of the world model learnt from
  std::vector<std::string> other_models;  // the same of models that learnt with other seeds
  std::size_t learnt_programs = 0;
  std::size_t learnt_tasks = 0;
  std::uint64_t seed = 0;
  std::vector<JudgeRow> judges;
  std::vector<TransferRow> transfers;
};

}  // namespace tilecast::tools
