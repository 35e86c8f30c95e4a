// What the builders of operators share: the pipeline under construction and small helpers.
#pragma once

#include <Halide.h>

#include <map>
#include <string>
#include <vector>

#include "ops/pipeline.h"

namespace tilecast::ops {

using Extents = std::vector<std::int64_t>;  // innermost first

Halide::Type halide_type(DataType type);
// A Func called like a stage. Halide allows no dots.
Halide::Func named_func(std::string stage);
// The extents of a shape, innermost first.
Extents innermost_first(const Shape& shape);

class Builder {
 public:
  Builder(const OpGraph& graph, Pipeline& pipeline)
      : graph_(graph), pipeline_(pipeline), values_(graph.inputs.size()) {}

  const OpGraph& graph() const { return graph_; }
  void set_value(ValueId id, Halide::Func value) {
    values_.resize(std::max<std::size_t>(values_.size(), id + 1));
    values_[static_cast<std::size_t>(id)] = value;
  }
  Halide::Func value(ValueId id) const { return values_[static_cast<std::size_t>(id)]; }
  Extents extents(ValueId id) const { return innermost_first(graph_.type_of(id).shape); }

  // A name for a node's stages: the operator and how many of it came before ("conv0").
  std::string name_stage(const std::string& op) { return op.substr(0, 10) + std::to_string(counts_[op]++); }

  // Adds a defined Func as the next stage and returns it. `reductions` names the variables of its update's domain.
  Halide::Func add(const std::string& name, Halide::Func func, Extents extents,
                   std::vector<std::string> reductions = {});

 private:
  const OpGraph& graph_;
  Pipeline& pipeline_;
  std::vector<Halide::Func> values_;
  std::map<std::string, int> counts_;
};

// One node's operands in a builder.
struct Node {
  const OpNode& op;
  Builder& builder;

  std::size_t input_count() const { return op.inputs.size(); }
  Halide::Func input(std::size_t i) const { return builder.value(op.inputs[i]); }
  Extents extents(std::size_t i) const { return builder.extents(op.inputs[i]); }
  Extents output() const { return innermost_first(op.type.shape); }
  DataType input_type(std::size_t i) const { return builder.graph().type_of(op.inputs[i]).dtype; }
};

// "c", "x", "y", "z", "n" for channels-last activations of this rank; "d0", "d1", … for others.
std::vector<Halide::Var> channel_vars(std::size_t rank);
std::vector<Halide::Var> plain_vars(std::size_t rank);
std::vector<Halide::Expr> exprs(const std::vector<Halide::Var>& vars);

// a && b; b where `a` is not defined.
Halide::Expr both(const Halide::Expr& a, const Halide::Expr& b);

// An element of the value at a clamped index, or `outside` where the index is not in the buffer; dimensions whose index
// cannot leave it have `checked` false.
Halide::Expr read_or(Halide::Func value, const std::vector<Halide::Expr>& index, const Extents& extents,
                     const std::vector<bool>& checked, Halide::Expr outside);

// An index of a dimension of `extent` elements as a 32-bit number; a negative one counts from the end.
Halide::Expr wrapped_index(const Halide::Expr& index, std::int64_t extent);

// Builds the stages of a node; returns the Func of its output. Shapes were checked before.
using BuildFunction = Halide::Func (*)(const Node& node, const std::string& algorithm);
// A one-line reason when the node's attributes, types or shapes do not fit.
using CheckFunction = Status (*)(const OpGraph& graph, const OpNode& node);

// The algorithms that a checked node can be built by, the default first; empty when there is no choice.
using AlgorithmsFunction = std::vector<std::string> (*)(const OpGraph& graph, const OpNode& node);
// The forms in which an algorithm takes the node's inputs.
using FormsFunction = std::vector<ConstantForm> (*)(const OpGraph& graph, const OpNode& node,
                                                    const std::string& algorithm);

struct OpDefinition {
  BuildFunction build = nullptr;
  CheckFunction check = nullptr;
  AlgorithmsFunction algorithms = nullptr;  // none: one algorithm
  FormsFunction forms = nullptr;            // none: all plain
};
using Registry = std::map<std::string, OpDefinition>;

// One a family of operators.
void register_convolutions(Registry& registry);
void register_transposed_convolutions(Registry& registry);
void register_products(Registry& registry);
void register_pools(Registry& registry);
void register_reductions(Registry& registry);
void register_elementwise(Registry& registry);
void register_movement(Registry& registry);
void register_resizes(Registry& registry);
void register_indexing(Registry& registry);
void register_unpool(Registry& registry);
void register_roi_align(Registry& registry);

// "node 'NAME' (OP): REASON".
Error node_error(const OpNode& node, const std::string& reason);
// Checks shared by many: the number of inputs; the shape that inference gives.
Status check_inputs(const OpNode& node, std::size_t least, std::size_t most);
Status check_shape(const OpNode& node, const Shape& expected);

}  // namespace tilecast::ops
