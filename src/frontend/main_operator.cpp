#include "frontend/main_operator.h"

#include <algorithm>

#include "frontend/fusion_kind.h"

namespace tilecast {
namespace {

std::string product_name(const OpGraph& graph, const OpNode& node) {
  if (node.op != "conv") return node.op;
  const std::int64_t groups = node.attributes.get_int("groups", 1);
  if (groups == 1) return "conv";
  return groups == graph.type_of(node.inputs.front()).shape.back() ? "dwconv" : "gconv";
}

const OpNode* first_of_kind(const OpGraph& graph, bool (*is_wanted)(FusionKind)) {
  const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                  [&](const OpNode& node) { return is_wanted(fusion_kind(node.op)); });
  return found == graph.nodes.end() ? nullptr : &*found;
}

}  // namespace

std::string main_operator(const OpGraph& graph) {
  const OpNode* product = nullptr;
  std::size_t products = 0;
  for (const OpNode& node : graph.nodes) {
    if (fusion_kind(node.op) != FusionKind::kProduct) continue;
    product = &node;
    ++products;
  }
  if (products > 1) return product->op == "batch_matmul" ? "attention" : "product_chain";
  if (products == 1) return product_name(graph, *product);
  const auto is_rows_or_window = [](FusionKind kind) {
    return kind == FusionKind::kRows || kind == FusionKind::kWindow;
  };
  if (const OpNode* node = first_of_kind(graph, is_rows_or_window)) return node->op;
  const auto is_movement = [](FusionKind kind) { return kind == FusionKind::kMovement; };
  if (const OpNode* node = first_of_kind(graph, is_movement)) return node->op;
  return "elementwise";
}

}  // namespace tilecast
