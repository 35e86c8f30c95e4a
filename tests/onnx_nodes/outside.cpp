#include "outside.h"

#include <map>

#include "frontend/onnx_reader.h"
#include "frontend/onnx_tensor.h"

namespace tilecast::testing {
namespace {

// Of one graph input or output.
std::optional<std::string> outside_type(const onnx::TypeProto& type) {
  if (type.has_sequence_type()) return "sequences";
  if (type.has_optional_type()) return "optional values";
  if (!type.has_tensor_type()) return "values that are no tensors";
  const int element = type.tensor_type().elem_type();
  if (element == onnx::TensorProto::STRING) return "strings";
  if (element == onnx::TensorProto::DOUBLE) return "element type double";
  if (!data_type_from_onnx(element)) return "element type " + onnx_type_name(element);
  return std::nullopt;
}

const std::map<std::string, std::string>& outside_operators() {
  static const std::map<std::string, std::string> operators = {
      {"Bernoulli", "random numbers"},
      {"ConvInteger", "quantised numbers"},
      {"DequantizeLinear", "quantised numbers"},
      {"DynamicQuantizeLinear", "quantised numbers"},
      {"If", "control flow"},
      {"Loop", "control flow"},
      {"MatMulInteger", "quantised numbers"},
      {"Multinomial", "random numbers"},
      {"QLinearConv", "quantised numbers"},
      {"QLinearMatMul", "quantised numbers"},
      {"QuantizeLinear", "quantised numbers"},
      {"RandomNormal", "random numbers"},
      {"RandomNormalLike", "random numbers"},
      {"RandomUniform", "random numbers"},
      {"RandomUniformLike", "random numbers"},
      {"Scan", "control flow"},
  };
  return operators;
}

}  // namespace

bool has_only_tensors(const onnx::GraphProto& graph) {
  for (const auto* list : {&graph.input(), &graph.output()}) {
    for (const onnx::ValueInfoProto& value : *list) {
      if (!value.type().has_tensor_type()) return false;
    }
  }
  return true;
}

std::optional<std::string> outside_reason(const onnx::ModelProto& model) {
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (!is_onnx_domain(node.domain())) return "domain " + node.domain();
  }
  for (const onnx::NodeProto& node : model.graph().node()) {
    const auto found = outside_operators().find(node.op_type());
    if (found != outside_operators().end()) return found->second;
  }
  for (const auto* list : {&model.graph().input(), &model.graph().output()}) {
    for (const onnx::ValueInfoProto& value : *list) {
      if (auto reason = outside_type(value.type())) return reason;
    }
  }
  return std::nullopt;
}

}  // namespace tilecast::testing
