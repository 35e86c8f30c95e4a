#include "ranking_report.h"

#include "evaluator/world_model_evaluator.h"

namespace tilecast::tools {

std::string label(const ComparedJudge& judge) {
  std::string text = judge.evaluator;
  if (judge.without_hardware) text += ", no hardware";
  if (judge.cold) text += ", cold";
  return text;
}

bool reads_model(const ComparedJudge& judge) {
  // Trees that have learnt nothing say the same whatever they are shown.
  return !judge.cold && ranker_from_name(judge.evaluator).has_value();
}

std::vector<ComparedJudge> judges_to_compare(bool with_encoded) {
  std::vector<ComparedJudge> judges = {
      {"world-model", "mean of head and trees on program features"},
      {"head", "the head on the foreseen latent alone: end to end, no XGBoost"},
      {"actions", "trees on program features: no transition"},
      {"foreseen", "trees on foreseen latent, program features and machine: the paper's form"},
      {"latents", "trees on foreseen latent and machine: no features of the actions"},
  };
  if (with_encoded) {
    judges.push_back({"encoded", "trees on the true last state's latent, program features and machine"});
  }
  const std::vector<ComparedJudge> others = {
      {"static", "trees on static features of the finished program"},
      {.evaluator = "world-model", .what = "the same, blind to the machine", .without_hardware = true},
      {.evaluator = "foreseen", .what = "the same, blind to the machine", .without_hardware = true},
      {.evaluator = "static", .what = "the same, blind to the machine", .without_hardware = true},
      {.evaluator = "foreseen", .what = "trees that have learnt nothing: all programs are equal", .cold = true},
      {.evaluator = "static", .what = "an analytic estimate of cycles, nothing learnt", .cold = true},
      {.evaluator = "random", .what = "chance", .cold = true},
  };
  judges.insert(judges.end(), others.begin(), others.end());
  return judges;
}

}  // namespace tilecast::tools
