#include <fmt/format.h>

#include "schedule/state_editor.h"

namespace tilecast {

Result<State, Illegal> apply(State&& state, const Action& action) {
  State next = std::move(state);
  StateEditor editor{next};
  std::optional<Illegal> illegal = std::visit([&](const auto& a) { return apply_action(editor, a); }, action);
  if (illegal) {
    state = std::move(next);
    return *std::move(illegal);
  }
  return next;
}

Result<State, Illegal> apply(const State& state, const Action& action) {
  return apply(State(state), action);
}

Result<State, Illegal> replay(const State& initial, std::span<const Action> actions) {
  State state = initial;
  StateEditor editor{state};
  for (std::size_t step = 0; step < actions.size(); ++step) {
    const std::optional<Illegal> illegal =
        std::visit([&](const auto& a) { return apply_action(editor, a); }, actions[step]);
    if (illegal) return Illegal{fmt::format("step {}, {}: {}", step + 1, to_text(actions[step]), illegal->reason)};
  }
  return state;
}

}  // namespace tilecast
