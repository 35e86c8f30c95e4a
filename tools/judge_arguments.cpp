#include "judge_arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tilecast::tools {
namespace {

// That there is something which a pretrained judge has learnt from.
Status check_pretrained(const SearchJudge& judge, const std::string& text, const JudgeArguments& arguments) {
  if (!judge.pretrained || !arguments.warm_start.empty()) return Unit{};
  if (judge.evaluator != "world-model") {
    return Error{fmt::format("judge \"{}\": name with --warm-start what it learns from", text)};
  }
  const Status status = check_trees(arguments.choice);
  return status.ok() ? status : Error{fmt::format("judge \"{}\": {}", text, status.error().message)};
}

}  // namespace

void add_judge_options(CLI::App& command, JudgeArguments& arguments, const std::string& trials) {
  command
      .add_option("--judge", arguments.judges,
                  "NAME of an evaluator that has learnt nothing, or NAME+pretrained (on the files of --warm-start; "
                  "without them world-model+pretrained takes the trees of its model); with :TRIALS behind it for other "
                  "trials than --trials. Once for each judge; the first is what the others are compared with")
      ->allow_extra_args(false);
  command.add_option("--trials", arguments.trials, trials)->check(CLI::PositiveNumber)->capture_default_str();
  command
      .add_option("--warm-start", arguments.warm_start,
                  "record logs and files of a dataset, from which pretrained judges learn before each search, in place "
                  "of a model's trees")
      ->check(CLI::ExistingFile);
  add_world_model_option(command, arguments.choice);
}

Result<std::vector<SearchJudge>> parse_judges(const JudgeArguments& arguments, bool searching) {
  const std::vector<std::string> names = evaluator_names();
  std::vector<SearchJudge> judges;
  for (const std::string& text : arguments.judges) {
    TILECAST_TRY(SearchJudge judge, parse_judge(text, arguments.trials));
    if (std::find(names.begin(), names.end(), judge.evaluator) == names.end()) {
      return Error{fmt::format("judge \"{}\": there is no evaluator {}, only {}", text, judge.evaluator,
                               fmt::join(names, ", "))};
    }
    if (searching) TILECAST_CHECK(check_pretrained(judge, text, arguments));
    if (std::find(judges.begin(), judges.end(), judge) != judges.end()) {
      return Error{fmt::format("judge \"{}\" is there twice", judge.label())};
    }
    judges.push_back(std::move(judge));
  }
  return judges;
}

}  // namespace tilecast::tools
