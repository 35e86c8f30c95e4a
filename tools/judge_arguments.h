// --judge and what goes with it: which judges a bench of searches compares, and what they know before.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "search_evaluators.h"
#include "search_judge.h"
#include "tune_session.h"

namespace tilecast::tools {

struct JudgeArguments {
  std::vector<std::string> judges;
  std::int64_t trials = 64;  // of the judges that do not say
  std::vector<std::filesystem::path> warm_start;
  EvaluatorChoice choice;  // of which --model counts

  JudgeKnowledge knowledge() const { return {warm_start, choice.model}; }
};
// --judge, --trials, --warm-start and --model. `trials` says what a judge has them for: "candidates of a search".
void add_judge_options(CLI::App& command, JudgeArguments& arguments, const std::string& trials);

// Fails on text of another form, on an evaluator that there is not, on a judge that is there twice and, when
// `searching`, on a pretrained one that has nothing to learn from.
Result<std::vector<SearchJudge>> parse_judges(const JudgeArguments& arguments, bool searching);

}  // namespace tilecast::tools
