// The evaluators that judge a bench's searches.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/hardware.h"
#include "base/result.h"
#include "evaluator/evaluator.h"
#include "search_judge.h"

namespace tilecast::tools {

// What judges know before a search.
struct JudgeKnowledge {
  std::vector<std::filesystem::path> warm_start;  // of the judges that are pretrained; empty: the model's trees
  std::filesystem::path model;                    // that `world-model` reads; empty: the one beside the program
};

// One a judge; a judge that has nothing to do is never made.
class SearchEvaluators {
 public:
  // For this machine, which is measured when the first is made, and `threads` threads of the tuned code.
  SearchEvaluators(std::vector<SearchJudge> judges, JudgeKnowledge knowledge, int threads)
      : judges_(std::move(judges)), knowledge_(std::move(knowledge)), threads_(threads), pretrained_(judges_.size()) {}

  // One for a search of judge number `j`: it starts with what its judge knew before the first. Fails as make_evaluator
  // and warm_start do.
  Result<std::unique_ptr<Evaluator>> fresh(std::size_t j);

 private:
  std::vector<SearchJudge> judges_;
  JudgeKnowledge knowledge_;
  int threads_;
  std::optional<Machine> machine_;
  std::vector<std::unique_ptr<Evaluator>> pretrained_;  // by judge, before any search; null until needed
};

}  // namespace tilecast::tools
