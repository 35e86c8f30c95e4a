// choose algorithm: which alternative of the program is scheduled.
#include <fmt/format.h>

#include "schedule/state_editor.h"

namespace tilecast {
namespace {

bool is_untouched(const State& state) {
  if (!state.derived().empty() || !state.packed().empty()) return false;
  for (std::size_t i = 0; i < state.stage_count(); ++i) {
    const StageState& stage = state.stage(static_cast<StageId>(i));
    if (!(stage == StateEditor::fresh_nest(stage.def))) return false;
  }
  return true;
}

}  // namespace

std::optional<Illegal> apply_action(StateEditor& editor, const ChooseAlgorithm& action) {
  if (!is_untouched(editor.state)) return Illegal{"the algorithm is chosen before everything else"};
  for (const Program::Alternative& alternative : editor.state.program().alternatives) {
    if (alternative.algorithm == action.algorithm) {
      editor.choose(alternative);
      return std::nullopt;
    }
  }
  return Illegal{fmt::format("the program has no algorithm '{}'", action.algorithm.view())};
}

}  // namespace tilecast
