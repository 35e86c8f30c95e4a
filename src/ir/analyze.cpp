// Accesses and operation counts of a stage from its expression.
#include <algorithm>
#include <optional>

#include "ir/compute_dag.h"

namespace tilecast {
namespace {

bool is_constant(const IndexMap& map) {
  return map.affine && map.terms.empty() && map.divisor == 1 && map.modulus == 0 && map.min_offset == map.max_offset;
}

bool is_linear(const IndexMap& map) {
  return map.affine && map.divisor == 1 && map.modulus == 0;
}

IndexMap unknown() {
  IndexMap map;
  map.affine = false;
  return map;
}

IndexMap constant(std::int64_t value) {
  IndexMap map;
  map.min_offset = map.max_offset = value;
  return map;
}

IndexMap scale(IndexMap map, std::int64_t factor) {
  if (!is_linear(map)) return unknown();
  if (factor == 0) return constant(0);
  for (AffineTerm& term : map.terms) term.coefficient *= factor;
  map.min_offset *= factor;
  map.max_offset *= factor;
  if (factor < 0) std::swap(map.min_offset, map.max_offset);
  return map;
}

IndexMap add(IndexMap a, const IndexMap& b) {
  if (!is_linear(a) || !is_linear(b)) return unknown();
  for (const AffineTerm& term : b.terms) {
    const auto it = std::lower_bound(a.terms.begin(), a.terms.end(), term.axis,
                                     [](const AffineTerm& t, std::int32_t axis) { return t.axis < axis; });
    if (it == a.terms.end() || it->axis != term.axis) {
      a.terms.insert(it, term);
    } else if ((it->coefficient += term.coefficient) == 0) {
      a.terms.erase(it);
    }
  }
  a.min_offset += b.min_offset;
  a.max_offset += b.max_offset;
  return a;
}

// Drops a division or remainder that can have no effect, since the index is known to stay within one period.
struct Range {
  std::int64_t low = 0, high = 0;
};
Range range_of(const IndexMap& map, const Stage& stage) {
  Range range{map.min_offset, map.max_offset};
  for (const AffineTerm& term : map.terms) {
    const auto i = static_cast<std::size_t>(term.axis);
    const Axis& axis = i < stage.spatial.size() ? stage.spatial[i] : stage.reduction[i - stage.spatial.size()];
    const std::int64_t a = term.coefficient * axis.min;
    const std::int64_t b = term.coefficient * (axis.min + axis.extent - 1);
    range.low += std::min(a, b);
    range.high += std::max(a, b);
  }
  return range;
}

IndexMap divide(IndexMap map, std::int64_t divisor, const Stage& stage) {
  if (!map.affine || map.modulus != 0 || divisor < 1) return unknown();
  if (map.divisor == 1) {
    const Range range = range_of(map, stage);
    if (range.low >= 0 && range.high < divisor) return constant(0);
  }
  map.divisor *= divisor;
  return map;
}

IndexMap modulo(IndexMap map, std::int64_t modulus, const Stage& stage) {
  if (!map.affine || map.modulus != 0 || modulus < 1) return unknown();
  if (map.divisor == 1) {
    const Range range = range_of(map, stage);
    if (range.low >= 0 && range.high < modulus) return map;
  }
  map.modulus = modulus;
  return map;
}

class Analyzer {
 public:
  explicit Analyzer(Stage& stage) : stage_(stage), nodes_(stage.value.nodes) {}

  void run() {
    stage_.accesses.clear();
    stage_.counts = {};
    find_indices();
    mark_values(static_cast<std::int32_t>(nodes_.size()) - 1);
    find_shares();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!is_value_[i]) continue;
      share_ = shares_[i];
      if (share_ > 0) count(nodes_[i]);
      if (nodes_[i].op == ExprOp::kLoad) add_access(nodes_[i]);
    }
    for (std::int32_t* sum : all_counts(stage_.counts)) *sum = (*sum + kWhole - 1) / kWhole;
    for (Access& access : stage_.accesses) access.loads = std::max(1, (access.loads + kWhole / 2) / kWhole);
    count_combination();
  }

 private:
  // A share of the evaluations of 1 is this many.
  static constexpr std::int32_t kWhole = 1 << 12;

  static std::vector<std::int32_t*> all_counts(OpCounts& c) {
    return {&c.float_add, &c.float_mul, &c.float_fma,   &c.float_div, &c.float_compare, &c.float_math, &c.int_add,
            &c.int_mul,   &c.int_div,   &c.int_compare, &c.select,    &c.cast,          &c.loads};
  }

  // The spatial axis whose value a choice's condition compares with a constant.
  std::optional<std::size_t> case_axis(const ExprNode& select) const {
    const auto axis = compared_axis(stage_.value, nodes_[static_cast<std::size_t>(select.operands[0])]);
    if (!axis || *axis >= static_cast<std::int64_t>(stage_.spatial.size())) return std::nullopt;
    return static_cast<std::size_t>(*axis);
  }

  // In how many of the stage's elements each node is evaluated. `axis == constant ? a : b` is decided where the code is
  // made: it costs nothing, and `a` is evaluated for one value of the axis only.
  void find_shares() {
    shares_.assign(nodes_.size(), 0);
    shares_.back() = kWhole;
    const auto give = [&](std::int32_t node, std::int32_t share) {
      auto& sum = shares_[static_cast<std::size_t>(node)];
      sum = std::min(kWhole, sum + share);
    };
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      const ExprNode& node = nodes_[i];
      const std::int32_t share = shares_[i];
      const auto axis = node.op == ExprOp::kSelect ? case_axis(node) : std::nullopt;
      if (!axis) {
        for (const std::int32_t operand : node.operands) give(operand, share);
        continue;
      }
      const auto one = static_cast<std::int32_t>(kWhole / stage_.spatial[*axis].extent);
      give(node.operands[1], std::min(share, one));
      give(node.operands[2], std::max(share - one, 0));
      shares_[i] = 0;
    }
  }

  // The index form of every node, whether or not it is used as an index.
  void find_indices() {
    maps_.reserve(nodes_.size());
    for (const ExprNode& node : nodes_) maps_.push_back(index_of(node));
  }

  const IndexMap& operand(const ExprNode& node, std::size_t i) const {
    return maps_[static_cast<std::size_t>(node.operands[i])];
  }

  IndexMap index_of(const ExprNode& node) const {
    switch (node.op) {
      case ExprOp::kIntConst:
        return constant(node.int_value);
      case ExprOp::kAxis: {
        IndexMap map;
        map.terms = {{static_cast<std::int32_t>(node.int_value), 1}};
        return map;
      }
      case ExprOp::kCast:
        return is_float(node.type) ? unknown() : operand(node, 0);
      case ExprOp::kAdd:
        return add(operand(node, 0), operand(node, 1));
      case ExprOp::kSub:
        return add(operand(node, 0), scale(operand(node, 1), -1));
      case ExprOp::kMul:
        if (is_constant(operand(node, 1))) return scale(operand(node, 0), operand(node, 1).min_offset);
        if (is_constant(operand(node, 0))) return scale(operand(node, 1), operand(node, 0).min_offset);
        return unknown();
      case ExprOp::kDiv:
        return is_constant(operand(node, 1)) ? divide(operand(node, 0), operand(node, 1).min_offset, stage_)
                                             : unknown();
      case ExprOp::kMod:
        return is_constant(operand(node, 1)) ? modulo(operand(node, 0), operand(node, 1).min_offset, stage_)
                                             : unknown();
      case ExprOp::kMin:
      case ExprOp::kMax:  // clamped into the buffer
        if (is_constant(operand(node, 1))) return operand(node, 0);
        if (is_constant(operand(node, 0))) return operand(node, 1);
        return unknown();
      default:
        return unknown();
    }
  }

  // Nodes that make the value; what only makes an index is left out.
  void mark_values(std::int32_t root) {
    is_value_.assign(nodes_.size(), false);
    is_value_[static_cast<std::size_t>(root)] = true;
    for (auto i = static_cast<std::size_t>(root) + 1; i-- > 0;) {
      if (!is_value_[i] || nodes_[i].op == ExprOp::kLoad) continue;
      for (const std::int32_t o : nodes_[i].operands) is_value_[static_cast<std::size_t>(o)] = true;
    }
    // A data-dependent index loads as well: find loads below the indices of loads.
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      if (is_value_[i] && nodes_[i].op == ExprOp::kLoad) mark_loads_below(nodes_[i]);
    }
  }

  void mark_loads_below(const ExprNode& node) {
    for (const std::int32_t o : node.operands) {
      const auto i = static_cast<std::size_t>(o);
      if (nodes_[i].op == ExprOp::kLoad) is_value_[i] = true;
      mark_loads_below(nodes_[i]);
    }
  }

  void count(const ExprNode& node) {
    OpCounts& c = stage_.counts;
    const bool real = is_float(node.type);
    const bool real_operands =
        !node.operands.empty() && is_float(nodes_[static_cast<std::size_t>(node.operands[0])].type);
    switch (node.op) {
      case ExprOp::kAdd:
      case ExprOp::kSub:
        (real ? c.float_add : c.int_add) += share_;
        return;
      case ExprOp::kMul:
        (real ? c.float_mul : c.int_mul) += share_;
        return;
      case ExprOp::kDiv:
      case ExprOp::kMod:
        (real ? c.float_div : c.int_div) += share_;
        return;
      case ExprOp::kMin:
      case ExprOp::kMax:
        (real ? c.float_compare : c.int_compare) += share_;
        return;
      case ExprOp::kLess:
      case ExprOp::kLessEqual:
      case ExprOp::kEqual:
      case ExprOp::kNotEqual:
        (real_operands ? c.float_compare : c.int_compare) += share_;
        return;
      case ExprOp::kAnd:
      case ExprOp::kOr:
      case ExprOp::kNot:
        c.int_compare += share_;
        return;
      case ExprOp::kSelect:
        c.select += share_;
        return;
      case ExprOp::kCast:
        c.cast += share_;
        return;
      case ExprOp::kCall:
        c.float_math += share_;
        return;
      case ExprOp::kLoad:
        c.loads += share_;
        return;
      case ExprOp::kIntConst:
      case ExprOp::kFloatConst:
      case ExprOp::kAxis:
        return;
    }
  }

  void count_combination() {
    OpCounts& c = stage_.counts;
    const bool real = is_float(stage_.type);
    switch (stage_.reduction_op) {
      case ReductionOp::kNone:
        return;
      case ReductionOp::kSum:
        ++(real ? c.float_add : c.int_add);
        return;
      case ReductionOp::kProduct:
        ++(real ? c.float_mul : c.int_mul);
        return;
      case ReductionOp::kMax:
      case ReductionOp::kMin:
        ++(real ? c.float_compare : c.int_compare);
        return;
    }
  }

  void add_access(const ExprNode& load) {
    Access access;
    access.buffer = static_cast<BufferId>(load.int_value);
    for (std::size_t d = 0; d < load.operands.size(); ++d) access.dims.push_back(operand(load, d));
    for (Access& other : stage_.accesses) {
      if (!differs_in_offsets_only(other, access)) continue;
      for (std::size_t d = 0; d < access.dims.size(); ++d) {
        other.dims[d].min_offset = std::min(other.dims[d].min_offset, access.dims[d].min_offset);
        other.dims[d].max_offset = std::max(other.dims[d].max_offset, access.dims[d].max_offset);
      }
      other.loads += share_;
      return;
    }
    access.loads = share_;
    stage_.accesses.push_back(std::move(access));
  }

  static bool differs_in_offsets_only(const Access& a, const Access& b) {
    return a.buffer == b.buffer && std::equal(a.dims.begin(), a.dims.end(), b.dims.begin(), b.dims.end(),
                                              [](const IndexMap& x, const IndexMap& y) {
                                                return x.affine && y.affine && x.terms == y.terms &&
                                                       x.divisor == y.divisor && x.modulus == y.modulus;
                                              });
  }

  Stage& stage_;
  const std::vector<ExprNode>& nodes_;
  std::vector<IndexMap> maps_;
  std::vector<bool> is_value_;
  std::vector<std::int32_t> shares_;  // of the evaluations, in parts of kWhole
  std::int32_t share_ = kWhole;       // of the node being counted
};

}  // namespace

void analyze_stage(Stage& stage) {
  Analyzer(stage).run();
}

}  // namespace tilecast
