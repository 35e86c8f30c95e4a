// Expressions of a stage: what one element is computed from. A flat array of nodes; operands come before their users.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/tensor_type.h"

namespace tilecast {

enum class ExprOp : std::uint8_t {
  kIntConst,    // int_value
  kFloatConst,  // float_value
  kAxis,        // the stage's axis number int_value
  kLoad,        // buffer int_value at the element given by the operands, one per dimension, innermost first
  kCast,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kMin,
  kMax,  // integer division and modulus round towards minus infinity
  kLess,
  kLessEqual,
  kEqual,
  kNotEqual,
  kAnd,
  kOr,
  kNot,
  kSelect,  // condition, value if true, value if false
  kCall,    // an intrinsic function by name: exp, log, sqrt, erf, tanh, pow, floor, abs …
};

struct ExprNode {
  ExprOp op = ExprOp::kIntConst;
  DataType type = DataType::kFloat32;
  std::vector<std::int32_t> operands;  // indices into Expr::nodes
  std::int64_t int_value = 0;
  double float_value = 0;
  std::string callee;
  bool operator==(const ExprNode&) const = default;
};

// The last node is the value. Never empty.
struct Expr {
  std::vector<ExprNode> nodes;
  bool operator==(const Expr&) const = default;
};

// The axis that a node compares with a constant: `axis == constant`. Nothing for other nodes.
std::optional<std::int64_t> compared_axis(const Expr& expr, const ExprNode& node);

}  // namespace tilecast
