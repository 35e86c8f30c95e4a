#include "ir/op_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/hash.h"

namespace tilecast {
namespace {

template <class T>
T get_or(const std::map<std::string, AttributeValue>& values, const std::string& name, T fallback) {
  const auto it = values.find(name);
  if (it == values.end()) return fallback;
  const T* value = std::get_if<T>(&it->second);
  if (value == nullptr) throw std::logic_error("attribute '" + name + "' has another type");
  return *value;
}

void hash_text(StableHash& hash, std::string_view text) {
  hash.add_int(text.size());
  hash.add_bytes(text);
}

void hash_type(StableHash& hash, const TensorType& type) {
  hash_text(hash, data_type_name(type.dtype));
  hash.add_int(type.shape.size());
  for (const std::int64_t extent : type.shape) hash.add_int(static_cast<std::uint64_t>(extent));
}

// Floats and lists of floats are tagged, so that 1.0 stays a float and an empty list keeps its type.
nlohmann::json attribute_to_json(const AttributeValue& value) {
  if (const auto* f = std::get_if<double>(&value)) return {{"f", *f}};
  if (const auto* fs = std::get_if<std::vector<double>>(&value)) return {{"fs", *fs}};
  if (const auto* i = std::get_if<std::int64_t>(&value)) return *i;
  if (const auto* s = std::get_if<std::string>(&value)) return *s;
  return std::get<std::vector<std::int64_t>>(value);
}

AttributeValue attribute_from_json(const nlohmann::json& json) {
  if (json.is_object() && json.contains("f")) return json.at("f").get<double>();
  if (json.is_object()) return json.at("fs").get<std::vector<double>>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) return json.get<std::vector<std::int64_t>>();
  return json.get<std::int64_t>();
}

nlohmann::json type_to_json(const TensorType& type) {
  return {{"dtype", data_type_name(type.dtype)}, {"shape", type.shape}};
}

TensorType type_from_json(const nlohmann::json& json) {
  const auto name = json.at("dtype").get<std::string>();
  const std::optional<DataType> dtype = parse_data_type(name);
  if (!dtype) throw std::invalid_argument("unknown element type '" + name + "'");
  return {*dtype, json.at("shape").get<Shape>()};
}

OpGraph parse(const nlohmann::json& json) {
  OpGraph graph;
  for (const auto& input : json.at("inputs")) {
    graph.inputs.push_back(
        {input.at("name").get<std::string>(), type_from_json(input), input.at("constant").get<bool>()});
  }
  for (const auto& node : json.at("nodes")) {
    OpNode parsed;
    parsed.name = node.at("name").get<std::string>();
    parsed.op = node.at("op").get<std::string>();
    parsed.inputs = node.at("inputs").get<std::vector<ValueId>>();
    for (const auto& [name, value] : node.at("attributes").items()) {
      parsed.attributes.set(name, attribute_from_json(value));
    }
    parsed.type = type_from_json(node);
    graph.nodes.push_back(std::move(parsed));
  }
  graph.outputs = json.at("outputs").get<std::vector<ValueId>>();
  return graph;
}

Status check_type(const TensorType& type, const std::string& what) {
  std::int64_t total = 1;
  for (const std::int64_t extent : type.shape) {
    if (extent < 1) return Error{fmt::format("{} has an extent of {}; extents are positive", what, extent)};
    if (total > (std::int64_t{1} << 40) / extent) return Error{fmt::format("{} has more than 2^40 elements", what)};
    total *= extent;
  }
  return Unit{};
}

}  // namespace

std::int64_t Attributes::get_int(const std::string& name, std::int64_t fallback) const {
  return get_or(values_, name, fallback);
}
double Attributes::get_float(const std::string& name, double fallback) const {
  return get_or(values_, name, fallback);
}
std::string Attributes::get_string(const std::string& name, const std::string& fallback) const {
  return get_or(values_, name, fallback);
}
std::vector<std::int64_t> Attributes::get_ints(const std::string& name,
                                               const std::vector<std::int64_t>& fallback) const {
  return get_or(values_, name, fallback);
}
std::vector<double> Attributes::get_floats(const std::string& name, const std::vector<double>& fallback) const {
  return get_or(values_, name, fallback);
}

const TensorType& OpGraph::type_of(ValueId id) const {
  return is_input(id) ? inputs[static_cast<std::size_t>(id)].type : node_of(id).type;
}

std::vector<std::size_t> OpGraph::readers(ValueId id) const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (std::find(nodes[i].inputs.begin(), nodes[i].inputs.end(), id) != nodes[i].inputs.end()) result.push_back(i);
  }
  return result;
}

Status validate(const OpGraph& graph) {
  for (const GraphInput& input : graph.inputs) TILECAST_CHECK(check_type(input.type, "input '" + input.name + "'"));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const OpNode& node = graph.nodes[i];
    TILECAST_CHECK(check_type(node.type, "node '" + node.name + "'"));
    for (const ValueId id : node.inputs) {
      if (id < 0 || id >= graph.value_of_node(i)) {
        return Error{
            fmt::format("node '{}' ({}) reads value {}, which is not computed before it", node.name, node.op, id)};
      }
    }
  }
  if (graph.outputs.empty()) return Error{"the graph has no output"};
  for (const ValueId id : graph.outputs) {
    if (id < 0 || id >= graph.value_of_node(graph.nodes.size())) {
      return Error{fmt::format("the graph's output {} is no value of it", id)};
    }
  }
  return Unit{};
}

nlohmann::json to_json(const OpGraph& graph) {
  nlohmann::json inputs = nlohmann::json::array();
  for (const GraphInput& input : graph.inputs) {
    nlohmann::json entry = type_to_json(input.type);
    entry["name"] = input.name;
    entry["constant"] = input.is_constant;
    inputs.push_back(std::move(entry));
  }
  nlohmann::json nodes = nlohmann::json::array();
  for (const OpNode& node : graph.nodes) {
    nlohmann::json entry = type_to_json(node.type);
    entry["name"] = node.name;
    entry["op"] = node.op;
    entry["inputs"] = node.inputs;
    entry["attributes"] = nlohmann::json::object();
    for (const auto& [name, value] : node.attributes.values()) entry["attributes"][name] = attribute_to_json(value);
    nodes.push_back(std::move(entry));
  }
  return {{"inputs", inputs}, {"nodes", nodes}, {"outputs", graph.outputs}};
}

Result<OpGraph> op_graph_from_json(const nlohmann::json& json) {
  OpGraph graph;
  try {
    graph = parse(json);
  } catch (const std::exception& e) {  // the JSON library reports wrong types by throwing
    return Error{fmt::format("the graph cannot be read: {}", e.what())};
  }
  TILECAST_CHECK(validate(graph));
  return graph;
}

std::uint64_t content_hash(const OpGraph& graph) {
  StableHash hash;
  hash.add_int(graph.inputs.size());
  for (const GraphInput& input : graph.inputs) {
    hash_type(hash, input.type);
    hash.add_int(input.is_constant ? 1 : 0);
  }
  hash.add_int(graph.nodes.size());
  for (const OpNode& node : graph.nodes) {
    hash_text(hash, node.op);
    hash.add_int(node.inputs.size());
    for (const ValueId id : node.inputs) hash.add_int(static_cast<std::uint64_t>(id));
    hash.add_int(node.attributes.values().size());
    for (const auto& [name, value] : node.attributes.values()) {
      hash_text(hash, name);
      hash_text(hash, attribute_to_json(value).dump());
    }
    hash_type(hash, node.type);
  }
  for (const ValueId id : graph.outputs) hash.add_int(static_cast<std::uint64_t>(id));
  return hash.finish();
}

}  // namespace tilecast
