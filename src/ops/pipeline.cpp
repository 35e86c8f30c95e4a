#include "ops/pipeline.h"

#include <fmt/format.h>

#include "ops/builder.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::ImageParam;
using Halide::Var;

const Registry& registry() {
  static const Registry table = [] {
    Registry r;
    register_convolutions(r);
    register_transposed_convolutions(r);
    register_products(r);
    register_pools(r);
    register_reductions(r);
    register_elementwise(r);
    register_movement(r);
    register_resizes(r);
    register_indexing(r);
    return r;
  }();
  return table;
}

// Where element `index` of the logical buffer is in the packed one.
std::vector<Expr> packed_index(const std::vector<Expr>& index, const std::vector<PackPart>& parts) {
  std::vector<std::int64_t> below(index.size(), 1);
  std::vector<int> left(index.size(), 0);
  for (const PackPart& part : parts) ++left[static_cast<std::size_t>(part.dim)];
  std::vector<Expr> result;
  for (const PackPart& part : parts) {
    const auto d = static_cast<std::size_t>(part.dim);
    Expr e = below[d] == 1 ? index[d] : index[d] / static_cast<int>(below[d]);
    if (--left[d] > 0) e = e % static_cast<int>(part.extent);
    below[d] *= part.extent;
    result.push_back(e);
  }
  return result;
}

void add_input(const GraphInput& input, std::size_t number, const InputLayout& layout, Pipeline& pipeline) {
  const Extents extents = extents_in_form(pipeline.forms[number], innermost_first(input.type.shape));
  const std::size_t rank = layout.parts.empty() ? extents.size() : layout.parts.size();
  const std::string name = "in" + std::to_string(number);
  ImageParam buffer(halide_type(input.type.dtype), static_cast<int>(rank), name + "_buffer");
  const std::vector<Var> vars = plain_vars(extents.size());
  std::vector<Expr> index = exprs(vars);
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (d < layout.clamp.size() && layout.clamp[d]) {
      index[d] = Halide::clamp(index[d], 0, static_cast<int>(extents[d] - 1));
    }
  }
  if (!layout.parts.empty()) index = packed_index(index, layout.parts);
  Func f = named_func(name);
  f(vars) = buffer(index);
  pipeline.buffers.push_back(buffer);
  pipeline.inputs.push_back(f);
}

// The forms of all graph inputs. An algorithm that wants another form than kPlain is offered only where the constant
// has one reader.
std::vector<ConstantForm> constant_forms(const OpGraph& graph, const std::string& algorithm) {
  std::vector<ConstantForm> forms(graph.inputs.size(), ConstantForm::kPlain);
  for (const OpNode& node : graph.nodes) {
    const OpDefinition& definition = registry().at(node.op);
    if (definition.forms == nullptr) continue;
    const std::vector<ConstantForm> wanted = definition.forms(graph, node, algorithm);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] != ConstantForm::kPlain) forms[static_cast<std::size_t>(node.inputs[i])] = wanted[i];
    }
  }
  return forms;
}

Status check(const OpGraph& graph) {
  TILECAST_CHECK(validate(graph));
  if (graph.outputs.size() != 1) return Error{fmt::format("a task has one output, not {}", graph.outputs.size())};
  if (graph.nodes.empty()) return Error{"a task has at least one operator"};
  if (graph.outputs.front() != graph.value_of_node(graph.nodes.size() - 1)) {
    return Error{"the output of a task is its last operator"};
  }
  for (const OpNode& node : graph.nodes) {
    const auto it = registry().find(node.op);
    if (it == registry().end()) return node_error(node, "this operator is not supported");
    TILECAST_CHECK(it->second.check(graph, node));
  }
  return Unit{};
}

}  // namespace

Result<std::vector<std::string>> algorithms(const OpGraph& graph) {
  TILECAST_CHECK(check(graph));
  for (const OpNode& node : graph.nodes) {
    const OpDefinition& definition = registry().at(node.op);
    if (definition.algorithms == nullptr) continue;
    if (std::vector<std::string> names = definition.algorithms(graph, node); !names.empty()) return names;
  }
  return std::vector<std::string>{"direct"};
}

Result<Pipeline> build_pipeline(const OpGraph& graph, const std::string& algorithm,
                                const std::vector<InputLayout>& layouts) {
  TILECAST_CHECK(check(graph));
  Pipeline pipeline;
  pipeline.forms = constant_forms(graph, algorithm);
  Builder builder(graph, pipeline);
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    add_input(graph.inputs[i], i, i < layouts.size() ? layouts[i] : InputLayout{}, pipeline);
    builder.set_value(static_cast<ValueId>(i), pipeline.inputs.back());
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const OpNode& node = graph.nodes[i];
    builder.set_value(graph.value_of_node(i), registry().at(node.op).build({node, builder}, algorithm));
  }
  return pipeline;
}

}  // namespace tilecast::ops
