// rfactor: a reduction in two steps, so that the first can be parallel or vectorized over a loop that reduces.
#include <fmt/format.h>

#include <algorithm>

#include "schedule/state_editor.h"

namespace tilecast {
namespace {

// A reduction axis of the old definition as a sum of coefficient * axis of a new one.
using Combination = std::vector<AffineTerm>;

std::optional<Illegal> check_nest(const StageState& s) {
  for (const LoopTransform& transform : s.transforms) {
    const LoopVar& parent = s.vars[static_cast<std::size_t>(transform.a)];
    if (transform.kind != LoopTransform::Kind::kSplit || parent.kind != LoopKind::kReduction) {
      return Illegal{fmt::format("only reduction loops of stage '{}' may have been split before", s.name().view())};
    }
    if (parent.extent % transform.factor != 0) {
      return Illegal{fmt::format("the split of loop '{}' does not divide", parent.name.view())};
    }
  }
  for (const Axis& axis : s.def->reduction) {
    if (axis.min != 0) return Illegal{fmt::format("axis '{}' starts at {}, not at 0", axis.name.view(), axis.min)};
  }
  for (const LoopVar& var : s.vars) {
    if (var.annotation != Annotation::kNone) {
      return Illegal{fmt::format("loop '{}' is already vectorized, unrolled or parallel", var.name.view())};
    }
  }
  return std::nullopt;
}

std::vector<VarId> reduction_loops(const StageState& s) {
  std::vector<VarId> loops;  // innermost first, as axes are
  for (auto it = s.loops.rbegin(); it != s.loops.rend(); ++it) {
    if (s.vars[static_cast<std::size_t>(*it)].kind == LoopKind::kReduction) loops.push_back(*it);
  }
  return loops;
}

// The reduction axis `var` in terms of the axes that its loops became.
Combination expand(const StageState& s, VarId var, const std::vector<std::pair<VarId, std::int32_t>>& axis_of_loop) {
  for (const auto& [loop, axis] : axis_of_loop) {
    if (loop == var) return {{axis, 1}};
  }
  for (const LoopTransform& transform : s.transforms) {
    if (transform.a != var) continue;
    Combination result = expand(s, transform.b, axis_of_loop);
    for (AffineTerm& term : result) term.coefficient *= transform.factor;
    for (const AffineTerm& term : expand(s, transform.c, axis_of_loop)) result.push_back(term);
    return result;
  }
  return {};
}

std::int32_t push(Expr& expr, ExprNode node) {
  expr.nodes.push_back(std::move(node));
  return static_cast<std::int32_t>(expr.nodes.size()) - 1;
}

std::int32_t push_combination(Expr& expr, const Combination& terms) {
  std::int32_t sum = -1;
  for (const AffineTerm& term : terms) {
    std::int32_t value = push(expr, {ExprOp::kAxis, DataType::kInt32, {}, term.axis});
    if (term.coefficient != 1) {
      const std::int32_t factor = push(expr, {ExprOp::kIntConst, DataType::kInt32, {}, term.coefficient});
      value = push(expr, {ExprOp::kMul, DataType::kInt32, {value, factor}});
    }
    sum = sum < 0 ? value : push(expr, {ExprOp::kAdd, DataType::kInt32, {sum, value}});
  }
  return sum;
}

Expr substitute(const Expr& expr, const std::vector<Combination>& axes) {
  Expr result;
  std::vector<std::int32_t> moved(expr.nodes.size());
  for (std::size_t i = 0; i < expr.nodes.size(); ++i) {
    ExprNode node = expr.nodes[i];
    if (node.op == ExprOp::kAxis) {
      moved[i] = push_combination(result, axes[static_cast<std::size_t>(node.int_value)]);
      continue;
    }
    for (std::int32_t& operand : node.operands) operand = moved[static_cast<std::size_t>(operand)];
    moved[i] = push(result, std::move(node));
  }
  return result;
}

IndexMap substitute(const IndexMap& map, const std::vector<Combination>& axes) {
  IndexMap result = map;
  result.terms.clear();
  for (const AffineTerm& term : map.terms) {
    for (const AffineTerm& part : axes[static_cast<std::size_t>(term.axis)]) {
      result.terms.push_back({part.axis, part.coefficient * term.coefficient});
    }
  }
  std::sort(result.terms.begin(), result.terms.end(),
            [](const AffineTerm& a, const AffineTerm& b) { return a.axis < b.axis; });
  return result;
}

// partial[spatial…, axis] reduces over the loops other than the factored one.
std::shared_ptr<const Stage> partial_definition(const StageState& s, VarId factored, const Rfactor& action) {
  auto def = std::make_shared<Stage>(*s.def);
  const std::size_t spatial = s.def->spatial.size();
  def->name = action.partial;
  def->spatial.push_back({action.axis, 0, s.vars[static_cast<std::size_t>(factored)].extent});
  def->reduction.clear();
  std::vector<std::pair<VarId, std::int32_t>> axis_of_loop = {{factored, static_cast<std::int32_t>(spatial)}};
  for (const VarId loop : reduction_loops(s)) {
    if (loop == factored) continue;
    axis_of_loop.emplace_back(loop, static_cast<std::int32_t>(spatial + 1 + def->reduction.size()));
    const LoopVar& var = s.vars[static_cast<std::size_t>(loop)];
    def->reduction.push_back({var.name, 0, var.extent});
  }
  std::vector<Combination> axes;
  for (std::size_t i = 0; i < spatial; ++i) axes.push_back({{static_cast<std::int32_t>(i), 1}});
  for (std::size_t i = 0; i < s.def->reduction.size(); ++i) {
    axes.push_back(expand(s, static_cast<VarId>(spatial + i), axis_of_loop));
  }
  def->value = substitute(s.def->value, axes);
  for (Access& access : def->accesses) {
    for (IndexMap& map : access.dims) map = substitute(map, axes);
  }
  return def;
}

// stage[spatial…] reduces partial[spatial…, loop] over the factored loop.
std::shared_ptr<const Stage> final_definition(const StageState& s, VarId factored, BufferId partial) {
  auto def = std::make_shared<Stage>(*s.def);
  const LoopVar& loop = s.vars[static_cast<std::size_t>(factored)];
  def->reduction = {{loop.name, 0, loop.extent}};
  def->value.nodes.clear();
  ExprNode load{ExprOp::kLoad, def->type, {}, partial};
  Access access{partial, {}, 1};
  for (std::size_t d = 0; d <= def->spatial.size(); ++d) {
    load.operands.push_back(push(def->value, {ExprOp::kAxis, DataType::kInt32, {}, static_cast<std::int64_t>(d)}));
    access.dims.push_back({{{static_cast<std::int32_t>(d), 1}}});
  }
  push(def->value, std::move(load));
  def->accesses = {std::move(access)};
  OpCounts counts;
  counts.loads = 1;
  if (is_float(def->type)) {
    (def->reduction_op == ReductionOp::kSum       ? counts.float_add
     : def->reduction_op == ReductionOp::kProduct ? counts.float_mul
                                                  : counts.float_compare) = 1;
  } else {
    (def->reduction_op == ReductionOp::kSum       ? counts.int_add
     : def->reduction_op == ReductionOp::kProduct ? counts.int_mul
                                                  : counts.int_compare) = 1;
  }
  def->counts = counts;
  return def;
}

}  // namespace

std::optional<Illegal> apply_action(StateEditor& editor, const Rfactor& action) {
  const State& state = editor.state;
  const auto id = find_nest(state, action.stage);
  if (!id) return id.error();
  const auto loop = find_loop(state, *id, action.loop);
  if (!loop) return loop.error();
  const StageState before = state.stage(*id);
  if (before.vars[static_cast<std::size_t>(*loop)].kind != LoopKind::kReduction) {
    return Illegal{fmt::format("loop '{}' does not reduce", action.loop.view())};
  }
  if (reduction_loops(before).size() < 2) return Illegal{"split the reduction first: nothing would be left to reduce"};
  if (before.location.placement != Placement::kRoot || !before.redirects.empty() || before.storage != Storage::kAuto) {
    return Illegal{fmt::format("stage '{}' was moved or cached already", action.stage.view())};
  }
  if (auto illegal = check_nest(before)) return illegal;
  for (const VarId hosting : before.loops) {
    if (auto illegal = check_hosts_nothing(state, *id, hosting)) return illegal;
  }
  for (const DerivedStage& derived : state.derived()) {
    if (derived.stage == *id || derived.source == state.buffer_of(*id) || derived.reader == *id) {
      return Illegal{fmt::format("stage '{}' was cached or factored already", action.stage.view())};
    }
  }
  if (action.partial.empty() || action.axis.empty()) return Illegal{"the new stage and its axis need names"};
  if (auto illegal = check_new_stage(state, action.partial)) return illegal;
  for (const LoopVar& var : before.vars) {
    if (var.name == action.axis) return Illegal{fmt::format("there already is a loop '{}'", action.axis.view())};
  }

  DerivedStage derived{DerivedStage::Kind::kRfactor, -1, state.buffer_of(*id)};
  derived.vars = before.vars;
  derived.transforms = before.transforms;
  derived.loop = *loop;
  const StageId partial =
      editor.add_stage(StateEditor::fresh_nest(partial_definition(before, *loop, action)), std::move(derived));
  StageState& stage = editor.stage(*id);
  stage = StateEditor::fresh_nest(final_definition(before, *loop, editor.state.buffer_of(partial)));
  return std::nullopt;
}

}  // namespace tilecast
