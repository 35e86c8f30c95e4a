#include "ir/interpreter.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tilecast {
namespace {

double floor_div(double a, double b) {
  return b == 0 ? 0 : std::floor(a / b);
}

double call(const ExprNode& node, double x, double y) {
  const std::string& f = node.callee;
  if (f == "exp") return std::exp(x);
  if (f == "log") return std::log(x);
  if (f == "sqrt") return std::sqrt(x);
  if (f == "rsqrt") return 1 / std::sqrt(x);
  if (f == "erf") return std::erf(x);
  if (f == "tanh") return std::tanh(x);
  if (f == "pow") return std::pow(x, y);
  if (f == "floor") return std::floor(x);
  if (f == "ceil") return std::ceil(x);
  if (f == "round") return std::nearbyint(x);
  if (f == "abs") return std::abs(x);
  if (f == "sin") return std::sin(x);
  if (f == "cos") return std::cos(x);
  if (f == "tan") return std::tan(x);
  if (f == "asin") return std::asin(x);
  if (f == "acos") return std::acos(x);
  if (f == "atan") return std::atan(x);
  if (f == "sinh") return std::sinh(x);
  if (f == "cosh") return std::cosh(x);
  if (f == "asinh") return std::asinh(x);
  if (f == "acosh") return std::acosh(x);
  if (f == "atanh") return std::atanh(x);
  if (f == "is_nan") return std::isnan(x) ? 1 : 0;
  if (f == "is_inf") return std::isinf(x) ? 1 : 0;
  throw std::logic_error("the interpreter does not know the function '" + f + "'");
}

class Interpreter {
 public:
  Interpreter(const ComputeDag& dag, std::span<const std::vector<double>> inputs) : dag_(dag), inputs_(inputs) {
    for (const Stage& stage : dag.stages) {
      std::size_t size = 1;
      for (const Axis& axis : stage.spatial) size *= static_cast<std::size_t>(axis.extent);
      values_.emplace_back(size);
      known_.emplace_back(size, false);
    }
  }

  double element(std::size_t stage, std::int64_t point) {
    const auto p = static_cast<std::size_t>(point);
    if (!known_[stage][p]) {
      values_[stage][p] = compute(dag_.stages[stage], point);
      known_[stage][p] = true;
    }
    return values_[stage][p];
  }

 private:
  double compute(const Stage& stage, std::int64_t point) {
    std::vector<double> axes(stage.spatial.size() + stage.reduction.size());
    for (std::size_t d = 0; d < stage.spatial.size(); ++d) {
      axes[d] = static_cast<double>(stage.spatial[d].min + point % stage.spatial[d].extent);
      point /= stage.spatial[d].extent;
    }
    std::vector<double> scratch(stage.value.nodes.size());
    if (!stage.is_reduction()) return evaluate(stage, axes, scratch);
    std::int64_t count = 1;
    for (const Axis& axis : stage.reduction) count *= axis.extent;
    double result = stage.init;
    for (std::int64_t i = 0; i < count; ++i) {
      std::int64_t rest = i;
      for (std::size_t r = 0; r < stage.reduction.size(); ++r) {
        axes[stage.spatial.size() + r] = static_cast<double>(stage.reduction[r].min + rest % stage.reduction[r].extent);
        rest /= stage.reduction[r].extent;
      }
      const double term = evaluate(stage, axes, scratch);
      switch (stage.reduction_op) {
        case ReductionOp::kSum:
          result += term;
          break;
        case ReductionOp::kProduct:
          result *= term;
          break;
        case ReductionOp::kMax:
          result = std::max(result, term);
          break;
        case ReductionOp::kMin:
          result = std::min(result, term);
          break;
        case ReductionOp::kNone:
          break;
      }
    }
    return result;
  }

  double evaluate(const Stage& stage, const std::vector<double>& axes, std::vector<double>& v) {
    const auto& nodes = stage.value.nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) v[i] = node_value(nodes[i], axes, v);
    return v.back();
  }

  double node_value(const ExprNode& node, const std::vector<double>& axes, const std::vector<double>& v) {
    const auto operand = [&](std::size_t i) { return v[static_cast<std::size_t>(node.operands[i])]; };
    switch (node.op) {
      case ExprOp::kIntConst:
        return static_cast<double>(node.int_value);
      case ExprOp::kFloatConst:
        return node.float_value;
      case ExprOp::kAxis:
        return axes[static_cast<std::size_t>(node.int_value)];
      case ExprOp::kLoad:
        return load(node, v);
      case ExprOp::kCast:
        return is_float(node.type) ? operand(0) : std::trunc(operand(0));
      case ExprOp::kAdd:
        return operand(0) + operand(1);
      case ExprOp::kSub:
        return operand(0) - operand(1);
      case ExprOp::kMul:
        return operand(0) * operand(1);
      case ExprOp::kDiv:
        return is_float(node.type) ? operand(0) / operand(1) : floor_div(operand(0), operand(1));
      case ExprOp::kMod:
        return operand(0) - floor_div(operand(0), operand(1)) * operand(1);
      case ExprOp::kMin:
        return std::min(operand(0), operand(1));
      case ExprOp::kMax:
        return std::max(operand(0), operand(1));
      case ExprOp::kLess:
        return operand(0) < operand(1);
      case ExprOp::kLessEqual:
        return operand(0) <= operand(1);
      case ExprOp::kEqual:
        return operand(0) == operand(1);
      case ExprOp::kNotEqual:
        return operand(0) != operand(1);
      case ExprOp::kAnd:
        return operand(0) != 0 && operand(1) != 0;
      case ExprOp::kOr:
        return operand(0) != 0 || operand(1) != 0;
      case ExprOp::kNot:
        return operand(0) == 0;
      case ExprOp::kSelect:
        return operand(0) != 0 ? operand(1) : operand(2);
      case ExprOp::kCall:
        return call(node, operand(0), node.operands.size() > 1 ? operand(1) : 0);
    }
    return 0;
  }

  // Indices are clamped into the buffer: a value that a select throws away may be read from anywhere.
  double load(const ExprNode& node, const std::vector<double>& v) {
    const auto buffer = static_cast<BufferId>(node.int_value);
    std::int64_t point = 0;
    std::int64_t stride = 1;
    for (std::size_t d = 0; d < node.operands.size(); ++d) {
      const std::int64_t min = dag_.is_input(buffer) ? 0 : dag_.stage_of(buffer).spatial[d].min;
      const std::int64_t extent = dag_.is_input(buffer) ? dag_.inputs[static_cast<std::size_t>(buffer)].extents[d]
                                                        : dag_.stage_of(buffer).spatial[d].extent;
      const auto index = static_cast<std::int64_t>(v[static_cast<std::size_t>(node.operands[d])]) - min;
      point += std::clamp<std::int64_t>(index, 0, extent - 1) * stride;
      stride *= extent;
    }
    if (dag_.is_input(buffer)) return inputs_[static_cast<std::size_t>(buffer)][static_cast<std::size_t>(point)];
    return element(static_cast<std::size_t>(buffer) - dag_.inputs.size(), point);
  }

  const ComputeDag& dag_;
  std::span<const std::vector<double>> inputs_;
  std::vector<std::vector<double>> values_;
  std::vector<std::vector<bool>> known_;
};

}  // namespace

std::vector<double> interpret(const ComputeDag& dag, std::span<const std::vector<double>> inputs,
                              std::span<const std::int64_t> points) {
  Interpreter interpreter(dag, inputs);
  std::vector<double> result;
  result.reserve(points.size());
  for (const std::int64_t point : points) result.push_back(interpreter.element(dag.stages.size() - 1, point));
  return result;
}

}  // namespace tilecast
