#include "ir/expr.h"

namespace tilecast {

std::optional<std::int64_t> compared_axis(const Expr& expr, const ExprNode& node) {
  if (node.op != ExprOp::kEqual) return std::nullopt;
  const ExprNode& left = expr.nodes[static_cast<std::size_t>(node.operands[0])];
  const ExprNode& right = expr.nodes[static_cast<std::size_t>(node.operands[1])];
  if (left.op != ExprOp::kAxis || right.op != ExprOp::kIntConst) return std::nullopt;
  return left.int_value;
}

}  // namespace tilecast
