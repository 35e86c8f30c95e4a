#include "search_evaluators.h"

#include "tune_session.h"

namespace tilecast::tools {

Result<std::unique_ptr<Evaluator>> SearchEvaluators::fresh(std::size_t j) {
  const SearchJudge& judge = judges_[j];
  if (pretrained_[j] == nullptr) {
    const EvaluatorChoice choice{judge.evaluator, knowledge_.model, judge.pretrained && knowledge_.warm_start.empty()};
    if (!machine_) machine_ = measure_this_machine(threads_);
    TILECAST_TRY(pretrained_[j], make_evaluator(choice, *machine_, 0));
    if (judge.pretrained) TILECAST_CHECK(warm_start(*pretrained_[j], knowledge_.warm_start, threads_));
  }
  return pretrained_[j]->fresh();
}

}  // namespace tilecast::tools
