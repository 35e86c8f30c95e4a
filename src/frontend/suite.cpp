#include "frontend/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tilecast {
namespace {

using Json = nlohmann::json;
using Ints = std::vector<std::int64_t>;

constexpr std::int64_t kLargestExtent = 1 << 24;

// Builds one subgraph: the operator, then its epilogue.
class SubgraphReader {
 public:
  explicit SubgraphReader(const Json& json) : json_(json) {}

  Result<Task> read() {
    const auto name = json_.at("name").get<std::string>();
    TILECAST_CHECK(add_operator(json_.at("op").get<std::string>()));
    for (const Json& step : json_.value("epilogue", Json::array())) {
      TILECAST_CHECK(add_epilogue(step.get<std::string>()));
    }
    graph_.outputs = {last()};
    const double flops = json_.contains("flops") && json_["flops"].is_number() ? json_["flops"].get<double>() : 0;
    return make_task(name, std::move(graph_), {}, flops);
  }

 private:
  ValueId last() const { return graph_.value_of_node(graph_.nodes.size() - 1); }
  const TensorType& last_type() const { return graph_.nodes.back().type; }

  Result<std::int64_t> extent(const char* key) const { return checked(key, json_.at(key).get<std::int64_t>()); }
  static Result<std::int64_t> checked(std::string_view key, std::int64_t value) {
    if (value < 1 || value > kLargestExtent) return Error{fmt::format("\"{}\" is {}", key, value)};
    return value;
  }

  // Inputs come before nodes in the numbering: all of the operator's are added before its node, and later ones shift.
  ValueId add_input(std::string name, Shape shape, bool is_constant) {
    const auto id = static_cast<ValueId>(graph_.inputs.size());
    for (OpNode& node : graph_.nodes) {
      for (ValueId& input : node.inputs) input += input >= id ? 1 : 0;
    }
    graph_.inputs.push_back({std::move(name), {DataType::kFloat32, std::move(shape)}, is_constant});
    return id;
  }
  void add_node(const std::string& op, std::vector<ValueId> inputs, Attributes attributes, Shape shape) {
    graph_.nodes.push_back({op, op, std::move(inputs), std::move(attributes), {DataType::kFloat32, std::move(shape)}});
  }

  Status add_operator(const std::string& op) {
    if (op == "conv2d") return add_conv({"h", "w"}, "conv", false);
    if (op == "conv3d") return add_conv({"d", "h", "w"}, "conv", false);
    if (op == "depthwise_conv2d") return add_conv({"h", "w"}, "conv", true);
    if (op == "conv_transpose2d") return add_conv({"h", "w"}, "conv_transpose", false);
    if (op == "dense") return add_dense();
    if (op == "batch_matmul") return add_batch_matmul();
    if (op == "softmax" || op == "layer_norm") return add_row_operator(op);
    return Error{fmt::format("unknown \"op\" \"{}\"", op)};
  }

  Status add_conv(const std::vector<const char*>& image, const std::string& op, bool depthwise) {
    TILECAST_TRY(const std::int64_t in, extent("c_in"));
    std::int64_t out = in;
    if (!depthwise) {
      TILECAST_TRY(out, extent("c_out"));
    }
    TILECAST_TRY(const std::int64_t stride, extent("stride"));
    const auto pad = json_.at("pad").get<std::int64_t>();
    const auto kernel = json_.at("kernel").get<Ints>();
    if (kernel.size() != image.size()) return Error{fmt::format("\"kernel\" needs {} numbers", image.size())};
    Shape x{1};
    Shape y{1};
    for (std::size_t d = 0; d < image.size(); ++d) {
      TILECAST_TRY(const std::int64_t size, extent(image[d]));
      TILECAST_TRY(const std::int64_t window, checked("kernel", kernel[d]));
      if (pad < 0 || pad >= window) return Error{fmt::format("\"pad\" is {}", pad)};
      const std::int64_t result =
          op == "conv" ? (size + 2 * pad - window) / stride + 1 : (size - 1) * stride - 2 * pad + window;
      x.push_back(size);
      TILECAST_TRY(const std::int64_t checked_result, checked("output extent", result));
      y.push_back(checked_result);
    }
    x.push_back(in);
    y.push_back(out);
    Shape w = kernel;
    w.push_back(depthwise ? 1 : in);
    w.push_back(out);
    Attributes attributes{{"strides", Ints(image.size(), stride)},
                          {"pads_begin", Ints(image.size(), pad)},
                          {"pads_end", Ints(image.size(), pad)}};
    if (depthwise) attributes.set("groups", in);
    const ValueId data = add_input("x", x, false);
    const ValueId weight = add_input("w", w, true);
    add_node(op, {data, weight}, attributes, y);
    return Unit{};
  }

  Status add_dense() {
    TILECAST_TRY(const std::int64_t m, extent("m"));
    TILECAST_TRY(const std::int64_t k, extent("k"));
    TILECAST_TRY(const std::int64_t n, extent("n"));
    const ValueId data = add_input("x", {m, k}, false);
    const ValueId weight = add_input("w", {k, n}, true);
    add_node("dense", {data, weight}, {}, {m, n});
    return Unit{};
  }

  Status add_batch_matmul() {
    TILECAST_TRY(const std::int64_t batch, extent("batch"));
    TILECAST_TRY(const std::int64_t m, extent("m"));
    TILECAST_TRY(const std::int64_t k, extent("k"));
    TILECAST_TRY(const std::int64_t n, extent("n"));
    const bool transposed = json_.value("transpose_b", false);
    const ValueId a = add_input("a", {batch, m, k}, false);
    const ValueId b = add_input("b", transposed ? Shape{batch, n, k} : Shape{batch, k, n}, false);
    add_node("batch_matmul", {a, b}, {{"transpose_b", std::int64_t{transposed}}}, {batch, m, n});
    return Unit{};
  }

  Status add_row_operator(const std::string& op) {
    const auto shape = json_.at("shape").get<Ints>();
    if (shape.empty()) return Error{"\"shape\" is empty"};
    for (const std::int64_t size : shape) TILECAST_CHECK(as_status(checked("shape", size)));
    const auto rank = static_cast<std::int64_t>(shape.size());
    const std::int64_t given = json_.value("axis", std::int64_t{-1});
    const std::int64_t axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis >= rank) return Error{fmt::format("\"axis\" is {}", given)};
    std::vector<ValueId> inputs{add_input("x", shape, false)};
    if (op == "layer_norm") {
      const Shape tail(shape.begin() + axis, shape.end());
      inputs.push_back(add_input("scale", tail, true));
      inputs.push_back(add_input("bias", tail, true));
    }
    add_node(op, inputs, {{"axis", axis}}, shape);
    return Unit{};
  }

  static Status as_status(const Result<std::int64_t>& result) {
    if (!result.ok()) return result.error();
    return Unit{};
  }

  Status add_epilogue(const std::string& step) {
    const Shape shape = last_type().shape;
    if (step == "bias") {
      const ValueId bias = add_input("bias", {shape.back()}, true);
      add_node("add", {last(), bias}, {}, shape);
    } else if (step == "residual") {
      const ValueId residual = add_input("residual", shape, false);
      add_node("add", {last(), residual}, {}, shape);
    } else if (step == "relu" || step == "relu6") {
      if (step == "relu6") {
        add_node("clip", {last()}, {{"min", 0.0}, {"max", 6.0}}, shape);
      } else {
        add_node("relu", {last()}, {}, shape);
      }
    } else if (step == "gelu_erf" || step == "gelu_tanh") {
      add_node(step, {last()}, {}, shape);
    } else {
      return Error{fmt::format("unknown step \"{}\" of \"epilogue\"", step)};
    }
    return Unit{};
  }

  const Json& json_;
  OpGraph graph_;
};

Result<Task> read_subgraph(const Json& json) {
  const std::string name = json.is_object() && json.contains("name") && json["name"].is_string()
                               ? json["name"].get<std::string>()
                               : "without a name";
  try {
    auto task = SubgraphReader(json).read();
    if (!task.ok()) return Error{fmt::format("subgraph {}: {}", name, task.error().message)};
    return task;
  } catch (const Json::exception& error) {
    return Error{fmt::format("subgraph {}: {}", name, error.what())};
  }
}

}  // namespace

Result<std::vector<WeightedTask>> read_suite(const std::filesystem::path& file, const std::vector<std::string>& only) {
  std::ifstream stream(file);
  if (!stream) return Error{fmt::format("cannot read {}: {}", file.string(), std::strerror(errno))};
  const Json json = Json::parse(stream, nullptr, false);
  if (!json.is_object() || !json.contains("subgraphs") || !json["subgraphs"].is_array()) {
    return Error{fmt::format("{} is not a suite: a JSON object with a list \"subgraphs\" is expected", file.string())};
  }
  std::vector<WeightedTask> tasks;
  for (const Json& entry : json["subgraphs"]) {
    auto task = read_subgraph(entry);
    if (!task.ok()) return Error{fmt::format("{}: {}", file.string(), task.error().message)};
    const bool wanted = only.empty() || std::find(only.begin(), only.end(), task->name) != only.end();
    if (wanted) tasks.push_back({*std::move(task), 1});
  }
  for (const std::string& name : only) {
    const bool found = std::any_of(tasks.begin(), tasks.end(), [&](const auto& t) { return t.task.name == name; });
    if (!found) return Error{fmt::format("{} has no subgraph \"{}\"", file.string(), name)};
  }
  if (tasks.empty()) return Error{fmt::format("{} has no subgraphs", file.string())};
  return tasks;
}

}  // namespace tilecast
