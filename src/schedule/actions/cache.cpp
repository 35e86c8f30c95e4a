// cache_write, cache_read: copies of a buffer for all of its readers or for one.
#include <fmt/format.h>

#include <algorithm>

#include "schedule/state_editor.h"

namespace tilecast {
namespace {

struct BufferShape {
  DataType type = DataType::kFloat32;
  std::vector<Axis> axes;
};

BufferShape shape_of(const State& state, BufferId buffer) {
  BufferShape shape;
  if (!state.is_input(buffer)) {
    const Stage& def = *state.stage(state.stage_of(buffer)).def;
    return {def.type, def.spatial};
  }
  const DagInput& input = state.dag().inputs[static_cast<std::size_t>(buffer)];
  shape.type = input.type;
  for (std::size_t d = 0; d < input.extents.size(); ++d) {
    shape.axes.push_back({fmt::format("d{}", d), 0, input.extents[d]});
  }
  return shape;
}

// name[axes] = buffer[axes]
std::shared_ptr<const Stage> copy_definition(const State& state, BufferId buffer, const Name& name) {
  const BufferShape shape = shape_of(state, buffer);
  auto def = std::make_shared<Stage>();
  def->name = name;
  def->type = shape.type;
  def->spatial = shape.axes;
  Access access{buffer, {}, 1};
  ExprNode load{ExprOp::kLoad, shape.type, {}, buffer};
  for (std::size_t d = 0; d < shape.axes.size(); ++d) {
    def->value.nodes.push_back({ExprOp::kAxis, DataType::kInt32, {}, static_cast<std::int64_t>(d)});
    load.operands.push_back(static_cast<std::int32_t>(d));
    access.dims.push_back({{{static_cast<std::int32_t>(d), 1}}});
  }
  def->value.nodes.push_back(std::move(load));
  def->accesses.push_back(std::move(access));
  def->counts.loads = 1;
  return def;
}

std::optional<BufferId> find_buffer(const State& state, const Name& name) {
  if (const auto stage = state.find_stage(name)) return state.buffer_of(*stage);
  const auto& inputs = state.dag().inputs;
  const auto it = std::find_if(inputs.begin(), inputs.end(), [&](const DagInput& input) { return input.name == name; });
  if (it == inputs.end()) return std::nullopt;
  return static_cast<BufferId>(it - inputs.begin());
}

// Direct reads of `buffer` by `reader`, redirected.
bool reads(const StageState& reader, BufferId buffer) {
  return std::any_of(reader.def->accesses.begin(), reader.def->accesses.end(),
                     [&](const Access& access) { return reader.source(access.buffer) == buffer; });
}

}  // namespace

std::optional<Illegal> apply_action(StateEditor& editor, const CacheWrite& action) {
  const State& state = editor.state;
  const auto id = find_nest(state, action.stage);
  if (!id) return id.error();
  if (auto illegal = check_new_stage(state, action.copy)) return illegal;
  if (state.stage(*id).location.placement != Placement::kRoot) {
    return Illegal{fmt::format("stage '{}' is already computed inside another", action.stage.view())};
  }
  const BufferId buffer = state.buffer_of(*id);
  for (const DerivedStage& derived : state.derived()) {
    if (derived.kind != DerivedStage::Kind::kRfactor && derived.source == buffer) {
      return Illegal{fmt::format("stage '{}' is already cached", action.stage.view())};
    }
    if (derived.stage == *id && derived.kind != DerivedStage::Kind::kRfactor) {
      return Illegal{fmt::format("stage '{}' is a copy itself", action.stage.view())};
    }
  }
  const std::vector<StageId> readers = state.readers(buffer);
  const StageId copy = editor.add_stage(StateEditor::fresh_nest(copy_definition(state, buffer, action.copy)),
                                        {DerivedStage::Kind::kCacheWrite, -1, buffer});
  for (const StageId reader : readers)
    editor.stage(reader).redirects.emplace_back(buffer, editor.state.buffer_of(copy));
  if (editor.state.output() == *id) editor.set_output(copy);
  return std::nullopt;
}

std::optional<Illegal> apply_action(StateEditor& editor, const CacheRead& action) {
  const State& state = editor.state;
  const auto reader = find_nest(state, action.reader);
  if (!reader) return reader.error();
  const auto buffer = find_buffer(state, action.buffer);
  if (!buffer) return Illegal{fmt::format("there is no input or stage '{}'", action.buffer.view())};
  if (auto illegal = check_new_stage(state, action.cache)) return illegal;
  if (!state.is_input(*buffer) && state.stage(state.stage_of(*buffer)).location.placement != Placement::kRoot) {
    return Illegal{fmt::format("stage '{}' is not computed in a nest of its own", action.buffer.view())};
  }
  if (!reads(state.stage(*reader), *buffer)) {
    return Illegal{fmt::format("stage '{}' does not read '{}'", action.reader.view(), action.buffer.view())};
  }
  for (const DerivedStage& derived : state.derived()) {
    if (derived.stage == *reader && derived.kind != DerivedStage::Kind::kRfactor) {
      return Illegal{fmt::format("stage '{}' is a copy itself", action.reader.view())};
    }
  }
  const StageId cache = editor.add_stage(StateEditor::fresh_nest(copy_definition(state, *buffer, action.cache)),
                                         {DerivedStage::Kind::kCacheRead, -1, *buffer, *reader});
  editor.stage(*reader).redirects.emplace_back(*buffer, editor.state.buffer_of(cache));
  return std::nullopt;
}

}  // namespace tilecast
