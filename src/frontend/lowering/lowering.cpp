#include "frontend/lowering/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

const LoweringTable& lowering_table() {
  static const LoweringTable table = [] {
    LoweringTable t;
    add_convolutions(t);
    add_normalizations(t);
    add_image_normalizations(t);
    add_losses(t);
    add_einsum(t);
    add_depth_space(t);
    add_determinant(t);
    add_pools(t);
    add_products(t);
    add_elementwise(t);
    add_unary(t);
    add_conversions(t);
    add_bit_shift(t);
    add_reductions(t);
    add_movement(t);
    add_slices(t);
    add_resize(t);
    add_recurrent(t);
    add_unpool(t);
    add_roi_align(t);
    add_shape_operators(t);
    add_signal_windows(t);
    add_indexing(t);
    add_scatters(t);
    add_orders(t);
    add_masks(t);
    add_selections(t);
    return t;
  }();
  return table;
}

namespace {

std::string why_not_supported(const ModelNode& node) {
  static const std::set<std::string> kRandom = {"Bernoulli",        "Multinomial",   "RandomNormal",
                                                "RandomNormalLike", "RandomUniform", "RandomUniformLike"};
  if (node.domain.empty() && kRandom.contains(node.op)) {
    return "random numbers are not supported: make them outside and feed them as an input";
  }
  return "this operator is not supported; docs/operators.md lists those that are";
}

class ModelLowering {
 public:
  explicit ModelLowering(const Model& model) : model_(model) { state_.views.resize(model.values.size()); }

  Result<Network> lower() {
    for (const ModelValueId id : model_.inputs) TILECAST_CHECK(add_input(id));
    for (std::size_t i = 0; i < model_.values.size(); ++i) add_constant(i);
    mark_live();
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      if (live_[i]) TILECAST_CHECK(lower_node(model_.nodes[i]));
    }
    for (const ModelValueId id : model_.outputs) TILECAST_CHECK(add_output(id));
    return std::move(state_.network);
  }

 private:
  const ModelValue& value(ModelValueId id) const { return model_.values[static_cast<std::size_t>(id)]; }

  Status add_input(ModelValueId id) {
    const ModelValue& v = value(id);
    if (!v.type) return Error{fmt::format("input '{}' has no shape", v.name)};
    if (v.type->dtype == DataType::kFloat64) {
      return Error{fmt::format("input '{}' is of double precision (float64): convert the model to float32", v.name)};
    }
    const NetworkId input = state_.network.add({v.name, "input", {}, {}, *v.type, nullptr});
    state_.network.inputs.push_back(input);
    state_.views[static_cast<std::size_t>(id)] = View{input, plain_order(v.type->shape.size())};
    return Unit{};
  }

  void add_constant(std::size_t i) {
    const ModelValue& v = model_.values[i];
    if (!v.constant || state_.views[i]) return;
    const NetworkId constant = state_.network.add({v.name, "constant", {}, {}, *v.type, v.constant});
    state_.views[i] = View{constant, plain_order(v.type->shape.size())};
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
    NodeLowering lowering(model_, node, state_);
    const auto found = lowering_table().find(node.op);
    if (!node.domain.empty() || found == lowering_table().end()) {
      return lowering.error(why_not_supported(node));
    }
    TILECAST_CHECK(check_form(lowering, found->second));
    for (const ModelValueId id : node.inputs) {
      if (id == kNoValue || state_.views[static_cast<std::size_t>(id)]) continue;
      return lowering.error(fmt::format("its input '{}' is an output that is not supported", value(id).name));
    }
    TILECAST_CHECK(found->second.lower(lowering));
    for (const ModelValueId id : node.outputs) TILECAST_CHECK(check_output(lowering, id));
    return Unit{};
  }

  static Status check_form(const NodeLowering& lowering, const OperatorLowering& known) {
    for (std::size_t i = 0; i < known.least_inputs; ++i) {
      if (!lowering.has_input(i)) return lowering.error(fmt::format("its input {} is missing", i));
    }
    if (lowering.input_count() > known.most_inputs) {
      return lowering.error(
          fmt::format("it has {} inputs, supported are {}", lowering.input_count(), known.most_inputs));
    }
    for (const auto& [name, value] : lowering.attributes().values()) {
      const auto attribute = known.attributes.find(name);
      if (attribute == known.attributes.end()) {
        return lowering.error(fmt::format("its attribute '{}' is not supported", name));
      }
      if (value.index() != static_cast<std::size_t>(attribute->second)) {
        return lowering.error(fmt::format("its attribute '{}' is of the wrong kind", name));
      }
    }
    return Unit{};
  }

  // What inference found must be what we compute: a difference is a bug, or a file that lies.
  Status check_output(const NodeLowering& lowering, ModelValueId id) const {
    if (id == kNoValue) return Unit{};
    const auto& view = state_.views[static_cast<std::size_t>(id)];
    const ModelValue& v = value(id);
    if (!view || !v.type) return Unit{};
    const TensorType& type = state_.network.node(view->value).type;
    const Shape shape = onnx_shape(type.shape, view->order);
    if (shape == v.type->shape && type.dtype == v.type->dtype) return Unit{};
    return lowering.error(fmt::format("its output '{}' should be {} {}, but {} {} comes out", v.name,
                                      data_type_name(v.type->dtype), shape_to_string(v.type->shape),
                                      data_type_name(type.dtype), shape_to_string(shape)));
  }

  Status add_output(ModelValueId id) {
    const ModelValue& v = value(id);
    const auto& view = state_.views[static_cast<std::size_t>(id)];
    if (!view) return Error{fmt::format("output '{}' is computed by no node that is supported", v.name)};
    const ModelNode interface { .name = v.name, .op = "output" };
    NodeLowering lowering(model_, interface, state_);
    TILECAST_TRY(const NetworkId plain, lowering.in_order(*view, plain_order(view->order.size())));
    state_.network.outputs.push_back({v.name, plain});
    return Unit{};
  }

  const Model& model_;
  LoweringState state_;
  std::vector<bool> live_;  // by node
};

}  // namespace

Result<Network> lower_model(const Model& model) {
  auto network = ModelLowering(model).lower();
  if (network.ok()) return network;
  // Names in a file may hold anything.
  std::string message = network.error().message;
  std::replace_if(
      message.begin(), message.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return Error{message};
}

}  // namespace tilecast
