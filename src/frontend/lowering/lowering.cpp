#include "frontend/lowering/lowering.h"

#include <fmt/format.h>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {
namespace {

const LoweringTable& lowering_table() {
  static const LoweringTable table = [] {
    LoweringTable t;
    add_convolutions(t);
    add_pools(t);
    add_products(t);
    add_elementwise(t);
    add_reductions(t);
    add_movement(t);
    add_shape_operators(t);
    return t;
  }();
  return table;
}

class ModelLowering {
 public:
  explicit ModelLowering(const Model& model) : model_(model), views_(model.values.size()) {}

  Result<Network> lower() {
    for (const ModelValueId id : model_.inputs) TILECAST_CHECK(add_input(id));
    for (std::size_t i = 0; i < model_.values.size(); ++i) add_constant(i);
    mark_live();
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      if (live_[i]) TILECAST_CHECK(lower_node(model_.nodes[i]));
    }
    for (const ModelValueId id : model_.outputs) TILECAST_CHECK(add_output(id));
    return std::move(network_);
  }

 private:
  const ModelValue& value(ModelValueId id) const { return model_.values[static_cast<std::size_t>(id)]; }

  Status add_input(ModelValueId id) {
    const ModelValue& v = value(id);
    if (!v.type) return Error{fmt::format("input '{}' has no shape", v.name)};
    if (v.type->dtype == DataType::kFloat64) {
      return Error{fmt::format("input '{}' is of double precision (float64): convert the model to float32", v.name)};
    }
    const NetworkId input = network_.add({v.name, "input", {}, {}, *v.type, nullptr});
    network_.inputs.push_back(input);
    views_[static_cast<std::size_t>(id)] = View{input, plain_order(v.type->shape.size())};
    return Unit{};
  }

  void add_constant(std::size_t i) {
    const ModelValue& v = model_.values[i];
    if (!v.constant || views_[i]) return;
    const NetworkId constant = network_.add({v.name, "constant", {}, {}, *v.type, v.constant});
    views_[i] = View{constant, plain_order(v.type->shape.size())};
  }

  // Nodes that no output depends on need not be known to us.
  void mark_live() {
    std::vector<char> needed(model_.values.size(), 0);
    for (const ModelValueId id : model_.outputs) needed[static_cast<std::size_t>(id)] = 1;
    live_.assign(model_.nodes.size(), false);
    for (std::size_t i = model_.nodes.size(); i-- > 0;) {
      const ModelNode& node = model_.nodes[i];
      for (const ModelValueId id : node.outputs) {
        if (id != kNoValue && needed[static_cast<std::size_t>(id)] != 0) live_[i] = true;
      }
      if (!live_[i]) continue;
      for (const ModelValueId id : node.inputs) {
        if (id != kNoValue) needed[static_cast<std::size_t>(id)] = 1;
      }
    }
  }

  Status lower_node(const ModelNode& node) {
    NodeLowering lowering(model_, node, network_, views_);
    const auto function = lowering_table().find(node.op);
    if (!node.domain.empty() || function == lowering_table().end()) {
      return lowering.error("this operator is not supported; docs/operators.md lists those that are");
    }
    for (const ModelValueId id : node.inputs) {
      if (id == kNoValue || views_[static_cast<std::size_t>(id)]) continue;
      return lowering.error(fmt::format("its input '{}' has no value that is supported", value(id).name));
    }
    TILECAST_CHECK(function->second(lowering));
    for (const ModelValueId id : node.outputs) TILECAST_CHECK(check_output(lowering, id));
    return Unit{};
  }

  // What inference found must be what we compute: a difference is a bug, or a file that lies.
  Status check_output(const NodeLowering& lowering, ModelValueId id) const {
    if (id == kNoValue) return Unit{};
    const auto& view = views_[static_cast<std::size_t>(id)];
    const ModelValue& v = value(id);
    if (!view || !v.type) return Unit{};
    const TensorType& type = network_.node(view->value).type;
    const Shape shape = onnx_shape(type.shape, view->order);
    if (shape == v.type->shape && type.dtype == v.type->dtype) return Unit{};
    return lowering.error(fmt::format("its output '{}' should be {} {}, but {} {} comes out", v.name,
                                      data_type_name(v.type->dtype), shape_to_string(v.type->shape),
                                      data_type_name(type.dtype), shape_to_string(shape)));
  }

  Status add_output(ModelValueId id) {
    const ModelValue& v = value(id);
    const auto& view = views_[static_cast<std::size_t>(id)];
    if (!view) return Error{fmt::format("output '{}' is computed by no node that is supported", v.name)};
    const ModelNode interface{.name = v.name, .op = "output"};
    NodeLowering lowering(model_, interface, network_, views_);
    TILECAST_TRY(const NetworkId plain, lowering.in_order(*view, plain_order(view->order.size())));
    network_.outputs.push_back({v.name, plain});
    return Unit{};
  }

  const Model& model_;
  Network network_;
  std::vector<std::optional<View>> views_;  // by ModelValueId
  std::vector<bool> live_;                  // by node
};

}  // namespace

Result<Network> lower_model(const Model& model) {
  return ModelLowering(model).lower();
}

}  // namespace tilecast
