#include "frontend/onnx_reader.h"

#include <fmt/format.h>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <unordered_map>
#include <utility>

#include "frontend/onnx_inference.h"
#include "frontend/onnx_tensor.h"

namespace tilecast {
namespace {

constexpr int kMostDimensions = 16;

std::string node_title(const onnx::NodeProto& node) {
  const std::string name = !node.name().empty()     ? node.name()
                           : node.output_size() > 0 ? node.output(0)
                                                    : "without a name";
  const std::string domain = is_onnx_domain(node.domain()) ? "" : node.domain() + ".";
  return fmt::format("node '{}' ({}{})", name, domain, node.op_type());
}

// Some exporters write "?" or a negative number for what they do not know: neither is a name or an extent.
void clear_unknown_dimensions(onnx::ValueInfoProto& value) {
  if (!value.type().tensor_type().has_shape()) return;
  for (auto& dim : *value.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) {
    if (dim.dim_param() == "?" || dim.dim_value() < 0) dim.clear_value();
  }
}

// Binds dimensions that are open in the file to the numbers of --shape; the same name everywhere means the same number.
class ShapeBinder {
 public:
  explicit ShapeBinder(const InputShapes& shapes) : shapes_(shapes) {}

  Status bind(onnx::GraphProto& graph) {
    for (onnx::ValueInfoProto& input : *graph.mutable_input()) clear_unknown_dimensions(input);
    for (onnx::ValueInfoProto& output : *graph.mutable_output()) clear_unknown_dimensions(output);
    for (const auto& [name, shape] : shapes_) {
      bool found = false;
      for (onnx::ValueInfoProto& input : *graph.mutable_input()) {
        if (input.name() != name) continue;
        found = true;
        TILECAST_CHECK(give(input, shape));
      }
      if (!found)
        return Error{fmt::format("--shape names '{}', the model has the inputs {}", name, input_names(graph))};
    }
    for (onnx::ValueInfoProto& input : *graph.mutable_input()) TILECAST_CHECK(close(input));
    return Unit{};
  }

 private:
  static std::string input_names(const onnx::GraphProto& graph) {
    std::string names;
    for (const auto& input : graph.input()) names += fmt::format("{}'{}'", names.empty() ? "" : ", ", input.name());
    return names;
  }

  Status give(onnx::ValueInfoProto& input, const Shape& shape) {
    if (!input.type().has_tensor_type()) return Unit{};
    onnx::TensorShapeProto& known = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
    if (known.dim_size() == 0) {
      for (std::size_t d = 0; d < shape.size(); ++d) known.add_dim();
    }
    if (known.dim_size() != static_cast<int>(shape.size())) {
      return Error{fmt::format("--shape {}={} has {} dimensions, the model's input has {}", input.name(),
                               shape_to_string(shape), shape.size(), known.dim_size())};
    }
    for (int d = 0; d < known.dim_size(); ++d) {
      onnx::TensorShapeProto_Dimension& dim = *known.mutable_dim(d);
      const std::int64_t value = shape[static_cast<std::size_t>(d)];
      if (value < 1) return Error{fmt::format("--shape {}: {} is no extent", input.name(), value)};
      if (dim.has_dim_value() && dim.dim_value() != value) {
        return Error{fmt::format("--shape {}: dimension {} is {} in the model, not {}", input.name(), d,
                                 dim.dim_value(), value)};
      }
      if (dim.has_dim_param()) {
        const auto [place, is_new] = bound_.emplace(dim.dim_param(), value);
        if (!is_new && place->second != value) {
          return Error{fmt::format("--shape: '{}' is both {} and {}", dim.dim_param(), place->second, value)};
        }
      }
      dim.set_dim_value(value);
    }
    return Unit{};
  }

  // Every dimension must be a number by now.
  Status close(onnx::ValueInfoProto& input) {
    if (!input.type().has_tensor_type()) {
      return Error{fmt::format("input '{}' is not a tensor: only tensors are supported", input.name())};
    }
    if (!input.type().tensor_type().has_shape()) {
      return Error{
          fmt::format("input '{}' has no shape: give it with --shape {}=1,3,224,224", input.name(), input.name())};
    }
    onnx::TensorShapeProto& shape = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
    if (shape.dim_size() > kMostDimensions) {
      return Error{fmt::format("input '{}' has {} dimensions", input.name(), shape.dim_size())};
    }
    std::string example;
    std::string open;
    for (onnx::TensorShapeProto_Dimension& dim : *shape.mutable_dim()) {
      const auto bound = bound_.find(dim.dim_param());
      if (!dim.has_dim_value() && dim.has_dim_param() && bound != bound_.end()) dim.set_dim_value(bound->second);
      if (!dim.has_dim_value()) open += fmt::format(" '{}'", dim.has_dim_param() ? dim.dim_param() : "?");
      example += fmt::format("{}{}", example.empty() ? "" : ",", dim.has_dim_value() ? dim.dim_value() : 1);
      if (dim.has_dim_value() && (dim.dim_value() < 1 || dim.dim_value() > kMostElements)) {
        return Error{fmt::format("input '{}' has an extent of {}", input.name(), dim.dim_value())};
      }
    }
    if (open.empty()) return Unit{};
    return Error{fmt::format("input '{}' has open dimensions{}: fix them with --shape {}={}", input.name(), open,
                             input.name(), example)};
  }

  const InputShapes& shapes_;
  std::map<std::string, std::int64_t> bound_;  // by the dimension's name
};

// The type that inference found, if all of its dimensions are numbers.
Result<std::optional<TensorType>> known_type(const onnx::ValueInfoProto& info) {
  if (!info.type().has_tensor_type()) return std::optional<TensorType>();
  const auto& tensor = info.type().tensor_type();
  if (tensor.elem_type() == onnx::TensorProto::UNDEFINED) return std::optional<TensorType>();
  const auto dtype = data_type_from_onnx(tensor.elem_type());
  if (!dtype) {
    return Error{fmt::format("value '{}' has element type {}, which is not supported", info.name(),
                             onnx_type_name(tensor.elem_type()))};
  }
  if (!tensor.has_shape()) return std::optional<TensorType>();
  TensorType type{*dtype, {}};
  std::int64_t count = 1;
  for (const auto& dim : tensor.shape().dim()) {
    if (!dim.has_dim_value()) return std::optional<TensorType>();
    if (dim.dim_value() < 0 || dim.dim_value() > kMostElements || type.shape.size() >= kMostDimensions) {
      return Error{fmt::format("value '{}' has an extent of {}", info.name(), dim.dim_value())};
    }
    count *= std::max<std::int64_t>(dim.dim_value(), 1);
    if (count > kMostElements) return Error{fmt::format("value '{}' is too large", info.name())};
    type.shape.push_back(dim.dim_value());
  }
  return std::optional<TensorType>(std::move(type));
}

class ModelBuilder {
 public:
  ModelBuilder(const onnx::ModelProto& proto, std::filesystem::path directory)
      : proto_(proto), directory_(std::move(directory)) {}

  Result<Model> build() {
    const onnx::GraphProto& graph = proto_.graph();
    if (graph.sparse_initializer_size() > 0) return Error{"sparse initializers are not supported"};
    TILECAST_CHECK(collect_types(graph));
    for (const onnx::TensorProto& tensor : graph.initializer()) TILECAST_CHECK(add_initializer(tensor));
    for (const onnx::ValueInfoProto& input : graph.input()) {
      if (ids_.contains(input.name())) continue;  // an initializer that is listed as an input: its value is taken
      model_.inputs.push_back(add_value(input.name()));
    }
    for (const onnx::NodeProto& node : graph.node()) TILECAST_CHECK(add_node(node));
    for (const onnx::ValueInfoProto& output : graph.output()) {
      const auto id = ids_.find(output.name());
      if (id == ids_.end()) return Error{fmt::format("output '{}' is computed by no node", output.name())};
      model_.outputs.push_back(id->second);
    }
    if (model_.outputs.empty()) return Error{"the graph has no outputs"};
    return std::move(model_);
  }

 private:
  Status collect_types(const onnx::GraphProto& graph) {
    for (const auto* list : {&graph.input(), &graph.value_info(), &graph.output()}) {
      for (const onnx::ValueInfoProto& info : *list) {
        TILECAST_TRY(const std::optional<TensorType> type, known_type(info));
        if (type) types_[info.name()] = *type;
      }
    }
    return Unit{};
  }

  ModelValueId add_value(const std::string& name) {
    const auto id = static_cast<ModelValueId>(model_.values.size());
    ModelValue value{.name = name};
    if (const auto type = types_.find(name); type != types_.end()) value.type = type->second;
    model_.values.push_back(std::move(value));
    ids_[name] = id;
    return id;
  }

  void add_constant(const std::string& name, OnnxTensor tensor) {
    ModelValue& value = model_.values[static_cast<std::size_t>(add_value(name))];
    value.type = std::move(tensor.type);
    value.constant = std::make_shared<const std::vector<std::byte>>(std::move(tensor.bytes));
  }

  Status add_initializer(const onnx::TensorProto& proto) {
    if (ids_.contains(proto.name())) return Error{fmt::format("initializer '{}' is there twice", proto.name())};
    auto tensor = read_onnx_tensor(proto, directory_);
    if (!tensor.ok()) return Error{fmt::format("initializer '{}': {}", proto.name(), tensor.error().message)};
    add_constant(proto.name(), *std::move(tensor));
    return Unit{};
  }

  Status add_node(const onnx::NodeProto& node) {
    for (const std::string& name : node.output()) {
      if (!name.empty() && ids_.contains(name)) {
        return Error{fmt::format("{}: its output '{}' is already computed elsewhere", node_title(node), name)};
      }
    }
    if (node.op_type() == "Constant" && is_onnx_domain(node.domain())) return add_constant_node(node);
    ModelNode result{.name = node.name().empty() && node.output_size() > 0 ? node.output(0) : node.name(),
                     .op = node.op_type(),
                     .domain = is_onnx_domain(node.domain()) ? "" : node.domain(),
                     .opset = opset_of(node.domain())};
    for (const std::string& name : node.input()) {
      const auto id = ids_.find(name);
      if (!name.empty() && id == ids_.end()) {
        return Error{fmt::format("{}: its input '{}' is computed by no node before it", node_title(node), name)};
      }
      result.inputs.push_back(name.empty() ? kNoValue : id->second);
    }
    for (const onnx::AttributeProto& attribute : node.attribute())
      TILECAST_CHECK(add_attribute(node, attribute, result));
    for (const std::string& name : node.output()) result.outputs.push_back(name.empty() ? kNoValue : add_value(name));
    model_.nodes.push_back(std::move(result));
    return Unit{};
  }

  int opset_of(const std::string& domain) const {
    for (const auto& import : proto_.opset_import()) {
      const bool standard = is_onnx_domain(import.domain()) && is_onnx_domain(domain);
      if (standard || import.domain() == domain) return static_cast<int>(import.version());
    }
    return 0;
  }

  Status add_constant_node(const onnx::NodeProto& node) {
    if (node.output_size() != 1 || node.attribute_size() != 1) {
      return Error{fmt::format("{}: a constant has one output and one attribute", node_title(node))};
    }
    const onnx::AttributeProto& attribute = node.attribute(0);
    const auto from = [](DataType type, Shape shape, const void* data, std::size_t bytes) {
      OnnxTensor tensor{{type, std::move(shape)}, std::vector<std::byte>(bytes)};
      if (bytes > 0) std::memcpy(tensor.bytes.data(), data, bytes);
      return tensor;
    };
    const std::string& name = node.output(0);
    if (attribute.name() == "value" && attribute.has_t()) {
      auto tensor = read_onnx_tensor(attribute.t(), directory_);
      if (!tensor.ok()) return Error{fmt::format("{}: {}", node_title(node), tensor.error().message)};
      add_constant(name, *std::move(tensor));
    } else if (attribute.name() == "value_float") {
      const float value = attribute.f();
      add_constant(name, from(DataType::kFloat32, {}, &value, sizeof value));
    } else if (attribute.name() == "value_int") {
      const std::int64_t value = attribute.i();
      add_constant(name, from(DataType::kInt64, {}, &value, sizeof value));
    } else if (attribute.name() == "value_floats") {
      add_constant(name, from(DataType::kFloat32, {attribute.floats_size()}, attribute.floats().data(),
                              sizeof(float) * static_cast<std::size_t>(attribute.floats_size())));
    } else if (attribute.name() == "value_ints") {
      add_constant(name, from(DataType::kInt64, {attribute.ints_size()}, attribute.ints().data(),
                              sizeof(std::int64_t) * static_cast<std::size_t>(attribute.ints_size())));
    } else {
      return Error{fmt::format("{}: attribute '{}' is not supported", node_title(node), attribute.name())};
    }
    return Unit{};
  }

  Status add_attribute(const onnx::NodeProto& node, const onnx::AttributeProto& attribute, ModelNode& result) {
    switch (attribute.type()) {
      case onnx::AttributeProto::FLOAT:
        result.attributes.set(attribute.name(), static_cast<double>(attribute.f()));
        break;
      case onnx::AttributeProto::INT:
        result.attributes.set(attribute.name(), attribute.i());
        break;
      case onnx::AttributeProto::STRING:
        result.attributes.set(attribute.name(), attribute.s());
        break;
      case onnx::AttributeProto::INTS:
        result.attributes.set(attribute.name(),
                              std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end()));
        break;
      case onnx::AttributeProto::FLOATS:
        result.attributes.set(attribute.name(),
                              std::vector<double>(attribute.floats().begin(), attribute.floats().end()));
        break;
      // Of names without commas: the activations of recurrent operators.
      case onnx::AttributeProto::STRINGS:
        result.attributes.set(attribute.name(), fmt::format("{}", fmt::join(attribute.strings().begin(),
                                                                            attribute.strings().end(), ",")));
        break;
      case onnx::AttributeProto::TENSOR:
        return add_scalar_attribute(node, attribute, result);
      default:
        return Error{
            fmt::format("{}: attribute '{}' is of a kind that is not supported (subgraphs, lists of tensors …)",
                        node_title(node), attribute.name())};
    }
    return Unit{};
  }

  // ConstantOfShape's value: a tensor with one element.
  Status add_scalar_attribute(const onnx::NodeProto& node, const onnx::AttributeProto& attribute, ModelNode& result) {
    const auto tensor = read_onnx_tensor(attribute.t(), directory_);
    if (!tensor.ok()) return Error{fmt::format("{}: {}", node_title(node), tensor.error().message)};
    if (element_count(tensor->type.shape) != 1) {
      return Error{fmt::format("{}: attribute '{}' must have one element", node_title(node), attribute.name())};
    }
    result.attributes.set(attribute.name(), to_numbers(tensor->type.dtype, tensor->bytes).front());
    result.attributes.set(attribute.name() + "_type", std::string(data_type_name(tensor->type.dtype)));
    return Unit{};
  }

  const onnx::ModelProto& proto_;
  std::filesystem::path directory_;
  std::unordered_map<std::string, TensorType> types_;
  std::unordered_map<std::string, ModelValueId> ids_;
  Model model_;
};

Result<onnx::ModelProto> parse(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return Error{"it is a directory"};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{fmt::format("cannot read it: {}", std::strerror(errno))};
  onnx::ModelProto proto;
  if (!proto.ParseFromIstream(&stream)) return Error{"it is not an ONNX file, or it is damaged or cut off"};
  if (!proto.has_graph() || proto.opset_import_size() == 0)
    return Error{"it has no graph or no opset: is it an ONNX model?"};
  return proto;
}

// The first operator that the oldest supported opset defines otherwise than this older one; empty: there is none.
std::string changed_operator(const onnx::GraphProto& graph, std::int64_t version) {
  for (const onnx::NodeProto& node : graph.node()) {
    if (!is_onnx_domain(node.domain())) continue;
    const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(node.op_type(), kOldestOpset, onnx::ONNX_DOMAIN);
    if (schema == nullptr || schema->since_version() > version) return node.op_type();
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.has_g() || attribute.graphs_size() > 0) return node.op_type();
    }
  }
  return {};
}

// Older models become models of the oldest supported opset when their operators mean the same there.
Status settle_opset(onnx::ModelProto& proto) {
  const auto& known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  const std::int64_t newest = known.at(onnx::ONNX_DOMAIN).second;
  for (auto& import : *proto.mutable_opset_import()) {
    if (!is_onnx_domain(import.domain()) || (import.version() >= kOldestOpset && import.version() <= newest)) continue;
    std::string changed;
    if (import.version() >= 1 && import.version() < kOldestOpset) {
      changed = changed_operator(proto.graph(), import.version());
      if (changed.empty()) {
        import.set_version(kOldestOpset);
        continue;
      }
      changed = fmt::format(" ({} has changed since)", changed);
    }
    return Error{fmt::format("it uses opset {}, supported are {} to {}{}: convert it with onnx.version_converter",
                             import.version(), kOldestOpset, newest, changed)};
  }
  return Unit{};
}

Result<Model> read(const std::filesystem::path& file, const InputShapes& shapes) {
  TILECAST_TRY(onnx::ModelProto proto, parse(file));
  TILECAST_CHECK(settle_opset(proto));
  // Initializers among the inputs are no inputs to be fixed.
  TILECAST_CHECK(ShapeBinder(shapes).bind(*proto.mutable_graph()));
  TILECAST_CHECK(infer_shapes(proto));
  return ModelBuilder(proto, file.parent_path()).build();
}

}  // namespace

bool is_onnx_domain(const std::string& domain) {
  return domain.empty() || domain == "ai.onnx";
}

Result<Model> read_onnx(const std::filesystem::path& file, const InputShapes& shapes) {
  auto model = read(file, shapes);
  if (model.ok()) return model;
  // Names in a file may hold anything.
  std::string message = model.error().message;
  std::replace_if(
      message.begin(), message.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return Error{fmt::format("{}: {}", file.string(), message)};
}

}  // namespace tilecast
