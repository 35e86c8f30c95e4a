#include "worldmodel/state_texts.h"

#include <fmt/format.h>

#include <utility>

namespace tilecast {

Result<std::vector<std::string>, Illegal> state_texts(const State& initial, std::span<const Action> actions) {
  std::vector<std::string> texts{program_text(initial)};
  texts.reserve(actions.size() + 1);
  State state = initial;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    auto next = apply(std::move(state), actions[i]);
    if (!next.ok()) return Illegal{fmt::format("step {}, {}: {}", i + 1, to_text(actions[i]), next.error().reason)};
    state = *std::move(next);
    texts.push_back(program_text(state));
  }
  return texts;
}

}  // namespace tilecast
