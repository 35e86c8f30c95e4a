#include "frontend/passes/polynomial.h"

#include <cmath>

#include "frontend/passes/match.h"

namespace tilecast::passes {
namespace {

// The deepest expression is that of GELU by tanh.
constexpr int kMaxDepth = 8;
constexpr int kMaxDegree = 4;

Polynomial number(double value) {
  return {{{0, 0}, value}};
}

Polynomial sum(Polynomial a, const Polynomial& b, double factor) {
  for (const auto& [powers, coefficient] : b) a[powers] += factor * coefficient;
  std::erase_if(a, [](const auto& term) { return term.second == 0; });
  return a;
}

std::optional<Polynomial> product(const Polynomial& a, const Polynomial& b) {
  Polynomial result;
  for (const auto& [pa, ca] : a) {
    for (const auto& [pb, cb] : b) {
      const std::array<int, 2> powers = {pa[0] + pb[0], pa[1] + pb[1]};
      if (powers[0] + powers[1] > kMaxDegree) return std::nullopt;
      result[powers] += ca * cb;
    }
  }
  return result;
}

class Expansion {
 public:
  Expansion(const Network& network, NetworkId x, NetworkId t) : network_(network), x_(x), t_(t) {}

  std::optional<Polynomial> of(NetworkId id, int depth) const {
    if (id == x_) return Polynomial{{{1, 0}, 1.0}};
    if (id == t_) return Polynomial{{{0, 1}, 1.0}};
    const NetworkNode& node = network_.node(id);
    if (depth == 0 || node.type != network_.node(x_).type) return std::nullopt;
    if (node.op == "neg") return combine("sub", number(0), of(node.inputs[0], depth - 1));
    if (node.op != "add" && node.op != "sub" && node.op != "mul" && node.op != "div" && node.op != "pow") return {};
    if (const auto operand = scalar_operand(network_, id)) {
      const auto inner = of(operand->x, depth - 1);
      if (!inner) return std::nullopt;
      return operand->left ? combine(node.op, number(operand->scalar), inner)
                           : combine(node.op, *inner, number(operand->scalar));
    }
    if (node.inputs.size() != 2) return std::nullopt;
    const auto left = of(node.inputs[0], depth - 1);
    return left ? combine(node.op, *left, of(node.inputs[1], depth - 1)) : std::nullopt;
  }

 private:
  static std::optional<Polynomial> combine(const std::string& op, const Polynomial& a,
                                           const std::optional<Polynomial>& b) {
    if (!b) return std::nullopt;
    if (op == "add") return sum(a, *b, 1);
    if (op == "sub") return sum(a, *b, -1);
    if (op == "mul") return product(a, *b);
    if (b->size() != 1 || b->begin()->first != std::array<int, 2>{0, 0}) return std::nullopt;
    const double value = b->begin()->second;
    return op == "div" ? product(a, number(1 / value)) : power(a, value);
  }

  static std::optional<Polynomial> power(const Polynomial& base, double exponent) {
    if (exponent != std::floor(exponent) || exponent < 1 || exponent > kMaxDegree) return std::nullopt;
    std::optional<Polynomial> result = base;
    for (int i = 1; i < static_cast<int>(exponent) && result; ++i) result = product(*result, base);
    return result;
  }

  const Network& network_;
  NetworkId x_;
  NetworkId t_;
};

}  // namespace

std::optional<Polynomial> polynomial_of(const Network& network, NetworkId id, NetworkId x, NetworkId t) {
  return Expansion(network, x, t).of(id, kMaxDepth);
}

bool same_polynomial(const Polynomial& a, const Polynomial& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [powers, coefficient] : a) {
    const auto other = b.find(powers);
    if (other == b.end() || !scalar_is(coefficient, other->second)) return false;
  }
  return true;
}

}  // namespace tilecast::passes
