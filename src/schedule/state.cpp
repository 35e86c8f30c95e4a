#include "schedule/state.h"

#include <algorithm>
#include <cassert>

#include "schedule/state_editor.h"

namespace tilecast {

std::optional<VarId> StageState::find_loop(const Name& loop) const {
  for (const VarId v : loops) {
    if (vars[static_cast<std::size_t>(v)].name == loop) return v;
  }
  return std::nullopt;
}

std::optional<std::size_t> StageState::position(VarId var) const {
  const auto it = std::find(loops.begin(), loops.end(), var);
  if (it == loops.end()) return std::nullopt;
  return static_cast<std::size_t>(it - loops.begin());
}

BufferId StageState::source(BufferId read) const {
  // Later redirections may apply to what earlier ones lead to.
  for (const auto& [from, to] : redirects) {
    if (from == read) read = to;
  }
  return read;
}

State State::initial(std::shared_ptr<const Program> program) {
  assert(!program->alternatives.empty());
  State state;
  state.program_ = std::move(program);
  StateEditor{state}.choose(state.program_->alternatives.front());
  return state;
}

std::optional<StageId> State::find_stage(const Name& name) const {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i]->name() == name) return static_cast<StageId>(i);
  }
  return std::nullopt;
}

const PackedInput* State::packed_input(BufferId input) const {
  for (const PackedInput& packed : packed_) {
    if (packed.input == input) return &packed;
  }
  return nullptr;
}

ConstantLayout State::constant_layout(BufferId input) const {
  const PackedInput* packed = packed_input(input);
  return {dag_->inputs[static_cast<std::size_t>(input)].form,
          packed != nullptr ? packed->parts : std::vector<PackPart>{}};
}

std::vector<StageId> State::readers(BufferId buffer) const {
  std::vector<StageId> result;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const StageState& s = *stages_[i];
    for (const Access& access : s.def->accesses) {
      if (s.source(access.buffer) == buffer) {
        result.push_back(static_cast<StageId>(i));
        break;
      }
    }
  }
  return result;
}

std::vector<StageId> State::computed_readers(BufferId buffer) const {
  std::vector<StageId> result;
  for (const StageId reader : readers(buffer)) {
    if (stage(reader).location.placement != Placement::kInlined) {
      result.push_back(reader);
      continue;
    }
    for (const StageId outer : computed_readers(buffer_of(reader))) result.push_back(outer);
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

namespace {

void visit(const State& state, StageId id, std::vector<bool>& seen, std::vector<StageId>& order) {
  if (seen[static_cast<std::size_t>(id)]) return;
  seen[static_cast<std::size_t>(id)] = true;
  const StageState& s = state.stage(id);
  for (const Access& access : s.def->accesses) {
    const BufferId source = s.source(access.buffer);
    if (!state.is_input(source)) visit(state, state.stage_of(source), seen, order);
  }
  order.push_back(id);
}

}  // namespace

std::vector<StageId> State::topological_order() const {
  std::vector<bool> seen(stages_.size(), false);
  std::vector<StageId> order;
  order.reserve(stages_.size());
  visit(*this, output_, seen, order);
  return order;
}

std::vector<StageId> State::hosted(StageId host, VarId loop) const {
  std::vector<StageId> result;
  for (const StageId id : topological_order()) {
    if (stage(id).location == Location{Placement::kAt, host, loop}) result.push_back(id);
  }
  return result;
}

std::vector<std::int64_t> State::region(StageId id) const {
  const StageState& s = stage(id);
  std::vector<std::int64_t> extents(s.spatial_count());
  for (std::size_t d = 0; d < extents.size(); ++d) extents[d] = s.vars[d].extent;
  return extents;
}

}  // namespace tilecast
