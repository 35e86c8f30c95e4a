#include "codegen/extract.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace tilecast {
namespace {

using namespace Halide::Internal;  // NOLINT(google-build-using-namespace): the node types of Halide's IR
using HExpr = Halide::Expr;

std::optional<DataType> data_type(const Halide::Type& type) {
  if (type.is_bool()) return DataType::kBool;
  if (type.is_float())
    return type.bits() == 32   ? std::optional(DataType::kFloat32)
           : type.bits() == 64 ? std::optional(DataType::kFloat64)
                               : std::nullopt;
  if (type.is_int() && type.bits() == 32) return DataType::kInt32;
  if (type.is_int() && type.bits() == 64) return DataType::kInt64;
  if (type.is_int() && type.bits() == 8) return DataType::kInt8;
  if (type.is_uint() && type.bits() == 8) return DataType::kUInt8;
  return std::nullopt;
}

// "exp_f32" -> "exp".
std::string plain_function_name(const std::string& name) {
  const std::size_t end = name.find("_f");
  return end == std::string::npos ? name : name.substr(0, end);
}

// Flattens one expression; equal nodes (by identity) are written once.
class Flattener : public IRVisitor {
 public:
  Flattener(const std::map<std::string, int>& axes, const std::map<std::string, BufferId>& buffers)
      : axes_(axes), buffers_(buffers) {}

  Result<Expr> flatten(const HExpr& e) {
    node(e);
    if (!problem_.empty()) return Error{problem_};
    return std::move(result_);
  }

 private:
  std::int32_t node(const HExpr& e) {
    const auto it = known_.find(e.get());
    if (it != known_.end()) return it->second;
    e.accept(this);
    known_[e.get()] = last_;
    kept_.push_back(e);  // a key must not be freed and used again
    return last_;
  }

  void push(ExprOp op, const Halide::Type& type, std::vector<std::int32_t> operands, std::int64_t int_value = 0,
            double float_value = 0, std::string callee = {}) {
    const auto dtype = data_type(type);
    if (!dtype) return fail(fmt::format("a value of type {}-bit code {}", type.bits(), static_cast<int>(type.code())));
    result_.nodes.push_back({op, *dtype, std::move(operands), int_value, float_value, std::move(callee)});
    last_ = static_cast<std::int32_t>(result_.nodes.size() - 1);
  }

  void fail(const std::string& what) {
    if (problem_.empty()) problem_ = "the program holds " + what + ", which is not supported";
    // Something to point at while the walk ends.
    result_.nodes.push_back({ExprOp::kIntConst, DataType::kInt32});
    last_ = static_cast<std::int32_t>(result_.nodes.size() - 1);
  }

  template <class Op>
  void binary(ExprOp op, const Op* e) {
    const std::int32_t a = node(e->a);
    const std::int32_t b = node(e->b);
    push(op, e->type, {a, b});
  }
  template <class Op>
  void swapped(ExprOp op, const Op* e) {
    const std::int32_t a = node(e->a);
    const std::int32_t b = node(e->b);
    push(op, e->type, {b, a});
  }

  void visit(const IntImm* e) override { push(ExprOp::kIntConst, e->type, {}, e->value); }
  void visit(const UIntImm* e) override { push(ExprOp::kIntConst, e->type, {}, static_cast<std::int64_t>(e->value)); }
  void visit(const FloatImm* e) override { push(ExprOp::kFloatConst, e->type, {}, 0, e->value); }
  void visit(const StringImm*) override { fail("a string"); }
  void visit(const Cast* e) override {
    const std::int32_t value = node(e->value);
    push(ExprOp::kCast, e->type, {value});
  }
  void visit(const Variable* e) override {
    if (const auto let = lets_.find(e->name); let != lets_.end()) {
      last_ = let->second;
      return;
    }
    const auto it = axes_.find(e->name);
    if (it == axes_.end()) return fail("the variable '" + e->name + "'");
    push(ExprOp::kAxis, e->type, {}, it->second);
  }
  void visit(const Add* e) override { binary(ExprOp::kAdd, e); }
  void visit(const Sub* e) override { binary(ExprOp::kSub, e); }
  void visit(const Mul* e) override { binary(ExprOp::kMul, e); }
  void visit(const Div* e) override { binary(ExprOp::kDiv, e); }
  void visit(const Mod* e) override { binary(ExprOp::kMod, e); }
  void visit(const Min* e) override { binary(ExprOp::kMin, e); }
  void visit(const Max* e) override { binary(ExprOp::kMax, e); }
  void visit(const EQ* e) override { binary(ExprOp::kEqual, e); }
  void visit(const NE* e) override { binary(ExprOp::kNotEqual, e); }
  void visit(const LT* e) override { binary(ExprOp::kLess, e); }
  void visit(const LE* e) override { binary(ExprOp::kLessEqual, e); }
  void visit(const GT* e) override { swapped(ExprOp::kLess, e); }
  void visit(const GE* e) override { swapped(ExprOp::kLessEqual, e); }
  void visit(const And* e) override { binary(ExprOp::kAnd, e); }
  void visit(const Or* e) override { binary(ExprOp::kOr, e); }
  void visit(const Not* e) override {
    const std::int32_t a = node(e->a);
    push(ExprOp::kNot, e->type, {a});
  }
  void visit(const Select* e) override {
    const std::int32_t condition = node(e->condition);
    const std::int32_t yes = node(e->true_value);
    const std::int32_t no = node(e->false_value);
    push(ExprOp::kSelect, e->type, {condition, yes, no});
  }
  void visit(const Let* e) override {
    lets_[e->name] = node(e->value);
    last_ = node(e->body);
  }
  void visit(const Call* e) override {
    if (e->is_intrinsic({Call::likely, Call::likely_if_innermost})) {
      last_ = node(e->args[0]);
      return;
    }
    std::vector<std::int32_t> operands;
    for (const HExpr& arg : e->args) operands.push_back(node(arg));
    if (e->call_type == Call::Halide) {
      const auto it = buffers_.find(e->name);
      if (it == buffers_.end()) return fail("a read of '" + e->name + "'");
      push(ExprOp::kLoad, e->type, std::move(operands), it->second);
      return;
    }
    const std::string name = plain_function_name(e->name);
    static const std::set<std::string> kKnown = {
        "exp", "log", "sqrt", "rsqrt", "erf",  "tanh", "pow",  "floor", "ceil",  "round", "abs",    "sin",
        "cos", "tan", "asin", "acos",  "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "is_nan", "is_inf"};
    if (!kKnown.contains(name)) return fail("the function '" + e->name + "'");
    push(ExprOp::kCall, e->type, std::move(operands), 0, 0, name);
  }

  const std::map<std::string, int>& axes_;
  const std::map<std::string, BufferId>& buffers_;
  std::map<const IRNode*, std::int32_t> known_;
  std::vector<HExpr> kept_;
  std::map<std::string, std::int32_t> lets_;
  Expr result_;
  std::int32_t last_ = -1;
  std::string problem_;
};

// f(args) of the Func itself, as an operand of its update.
bool is_self(const HExpr& e, const Halide::Func& f) {
  const Call* call = e.as<Call>();
  return call != nullptr && call->call_type == Call::Halide && call->name == f.name();
}

struct Update {
  ReductionOp op = ReductionOp::kNone;
  HExpr term;
};

template <class Op>
bool match(const HExpr& e, const Halide::Func& f, ReductionOp op, Update& update) {
  const Op* node = e.as<Op>();
  if (node == nullptr) return false;
  if (is_self(node->a, f)) {
    update = {op, node->b};
  } else if (is_self(node->b, f)) {
    update = {op, node->a};
  } else {
    return false;
  }
  return true;
}

std::optional<Update> match_update(const Halide::Func& f) {
  const HExpr value = substitute_in_all_lets(f.update_value());
  Update update;
  if (match<Add>(value, f, ReductionOp::kSum, update) || match<Mul>(value, f, ReductionOp::kProduct, update) ||
      match<Max>(value, f, ReductionOp::kMax, update) || match<Min>(value, f, ReductionOp::kMin, update)) {
    return update;
  }
  return std::nullopt;
}

std::optional<double> constant_value(const HExpr& e) {
  const HExpr simple = simplify(e);
  if (const auto* f = simple.as<FloatImm>()) return f->value;
  if (const auto* i = simple.as<IntImm>()) return static_cast<double>(i->value);
  if (const auto* u = simple.as<UIntImm>()) return static_cast<double>(u->value);
  return std::nullopt;
}

Result<Stage> extract_stage(const ops::Pipeline& pipeline, std::size_t index,
                            const std::map<std::string, BufferId>& buffers) {
  const Halide::Func& f = pipeline.stages[index];
  const std::string& name = pipeline.names[index];
  if (!Name::fits(name)) return Error{fmt::format("the stage name '{}' is too long", name)};
  Stage stage;
  stage.name = name;
  const auto type = data_type(f.value().type());
  if (!type) return Error{fmt::format("stage '{}' has an element type that is not supported", name)};
  stage.type = *type;
  std::map<std::string, int> axes;
  const std::vector<Halide::Var> args = f.args();
  for (std::size_t d = 0; d < args.size(); ++d) {
    stage.spatial.push_back({args[d].name(), 0, pipeline.extents[index][d]});
    axes.emplace(args[d].name(), static_cast<int>(d));
  }
  HExpr value = f.value();
  if (f.has_update_definition()) {
    const auto init = constant_value(value);
    const auto update = match_update(f);
    if (f.num_update_definitions() != 1 || !init || !update) {
      std::ostringstream text;
      text << f.update_value();
      return Error{fmt::format("stage '{}' is not a constant followed by one reduction: {}", name, text.str())};
    }
    stage.init = *init;
    stage.reduction_op = update->op;
    value = update->term;
    const auto& rvars = f.function().update(0).schedule().rvars();
    for (std::size_t r = 0; r < rvars.size(); ++r) {
      const auto extent = constant_value(rvars[r].extent);
      if (!extent) return Error{fmt::format("stage '{}' reduces over a domain that is not constant", name)};
      axes.emplace(rvars[r].var, static_cast<int>(args.size() + r));
      stage.reduction.push_back({pipeline.reductions[index][r], 0, static_cast<std::int64_t>(*extent)});
    }
  }
  TILECAST_TRY(stage.value, Flattener(axes, buffers).flatten(value));
  analyze_stage(stage);
  return stage;
}

std::vector<DagInput> extract_inputs(const ops::Pipeline& pipeline, const OpGraph& graph) {
  std::vector<DagInput> inputs;
  std::set<std::string> used;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const GraphInput& input = graph.inputs[i];
    std::string name = input.name;
    if (name.empty() || !Name::fits(name) || !used.insert(name).second) name = fmt::format("in{}", i);
    const std::vector<std::int64_t> extents(input.type.shape.rbegin(), input.type.shape.rend());
    const ConstantForm form = i < pipeline.forms.size() ? pipeline.forms[i] : ConstantForm::kPlain;
    inputs.push_back({name, input.type.dtype, extents_in_form(form, extents), input.is_constant, form});
  }
  return inputs;
}

}  // namespace

Result<ComputeDag> extract_dag(const ops::Pipeline& pipeline, const OpGraph& graph) {
  ComputeDag dag;
  dag.inputs = extract_inputs(pipeline, graph);
  std::map<std::string, BufferId> buffers;
  for (std::size_t i = 0; i < pipeline.inputs.size(); ++i) {
    buffers.emplace(pipeline.inputs[i].name(), static_cast<BufferId>(i));
  }
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    TILECAST_TRY(Stage stage, extract_stage(pipeline, i, buffers));
    buffers.emplace(pipeline.stages[i].name(), dag.buffer_of_stage(i));
    dag.stages.push_back(std::move(stage));
  }
  TILECAST_CHECK(validate(dag));
  return dag;
}

}  // namespace tilecast
