// OpGraph: operators with fixed shapes, the content of a Task and the form in which the frontend hands over a model.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ir/tensor_type.h"

namespace tilecast {

using AttributeValue = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>>;

// An operator's attributes by name, ordered so that printing and hashing are stable. The getters return the fallback
// when the attribute is absent; an attribute of another type is a bug of whoever built the node.
class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<const std::string, AttributeValue>> values) : values_(values) {}

  void set(const std::string& name, AttributeValue value) { values_[name] = std::move(value); }
  bool has(const std::string& name) const { return values_.contains(name); }
  std::int64_t get_int(const std::string& name, std::int64_t fallback) const;
  double get_float(const std::string& name, double fallback) const;
  std::string get_string(const std::string& name, const std::string& fallback) const;
  std::vector<std::int64_t> get_ints(const std::string& name, const std::vector<std::int64_t>& fallback = {}) const;
  std::vector<double> get_floats(const std::string& name, const std::vector<double>& fallback = {}) const;

  const std::map<std::string, AttributeValue>& values() const { return values_; }
  bool operator==(const Attributes&) const = default;

 private:
  std::map<std::string, AttributeValue> values_;
};

// A value of the graph: 0 … inputs.size()-1 are the graph's inputs, inputs.size()+i is the output of nodes[i].
using ValueId = int;

struct GraphInput {
  std::string name;
  TensorType type;
  // A constant is known before the program runs (a weight, a bias): its layout may be chosen by the schedule ("pack").
  bool is_constant = false;
  bool operator==(const GraphInput&) const = default;
};

// One operator application. Every operator has exactly one output. The vocabulary is in docs/operators.md.
struct OpNode {
  std::string name;
  std::string op;
  std::vector<ValueId> inputs;
  Attributes attributes;
  TensorType type;  // of the output
  bool operator==(const OpNode&) const = default;
};

// Nodes are in topological order: a node reads graph inputs and earlier nodes only.
struct OpGraph {
  std::vector<GraphInput> inputs;
  std::vector<OpNode> nodes;
  std::vector<ValueId> outputs;

  bool is_input(ValueId id) const { return id < static_cast<int>(inputs.size()); }
  const OpNode& node_of(ValueId id) const { return nodes[static_cast<std::size_t>(id) - inputs.size()]; }
  const TensorType& type_of(ValueId id) const;
  ValueId value_of_node(std::size_t node) const { return static_cast<int>(inputs.size() + node); }
  // The nodes (indices) that read `id`, in order; a node that reads it twice appears once.
  std::vector<std::size_t> readers(ValueId id) const;
  bool operator==(const OpGraph&) const = default;
};

// Checks ids, order and that there is an output. Shapes of operators are checked where operators are known (ops/).
Status validate(const OpGraph& graph);

nlohmann::json to_json(const OpGraph& graph);
Result<OpGraph> op_graph_from_json(const nlohmann::json& json);

// A hash of the computation: operators, attributes, shapes and wiring, but no names. Equal for graphs that differ in
// names only.
std::uint64_t content_hash(const OpGraph& graph);

}  // namespace tilecast
