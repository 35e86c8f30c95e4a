#include "frontend/fusion_kind.h"

#include <set>

namespace tilecast {

FusionKind fusion_kind(std::string_view op) {
  static const std::set<std::string_view> kMovements = {"transpose", "concat", "slice",           "pad",       "gather",
                                                        "expand",    "resize", "gather_elements", "flat_index"};
  static const std::set<std::string_view> kProducts = {"conv", "conv_transpose", "dense", "batch_matmul"};
  static const std::set<std::string_view> kRowOperators = {"reduce", "softmax", "layer_norm", "arg_reduce",
                                                           "top_k",  "cum_sum", "scatter"};
  static const std::set<std::string_view> kWindows = {"max_pool", "avg_pool", "max_pool_index", "max_unpool",
                                                      "roi_align"};
  if (op == "reshape") return FusionKind::kView;
  if (kMovements.contains(op)) return FusionKind::kMovement;
  if (kProducts.contains(op)) return FusionKind::kProduct;
  if (kRowOperators.contains(op)) return FusionKind::kRows;
  if (kWindows.contains(op)) return FusionKind::kWindow;
  return FusionKind::kElementwise;
}

FusionKind fusion_kind(const NetworkNode& node) {
  return node.is_constant() || node.is_input() ? FusionKind::kNone : fusion_kind(node.op);
}

}  // namespace tilecast
