#include "frontend/fusion_kind.h"

#include <set>
#include <string_view>

namespace tilecast {

FusionKind fusion_kind(const NetworkNode& node) {
  static const std::set<std::string_view> kMovements = {"transpose", "concat", "slice",           "pad",       "gather",
                                                        "expand",    "resize", "gather_elements", "flat_index"};
  static const std::set<std::string_view> kProducts = {"conv", "conv_transpose", "dense", "batch_matmul"};
  static const std::set<std::string_view> kRowOperators = {"reduce", "softmax", "layer_norm", "arg_reduce",
                                                           "top_k",  "cum_sum", "scatter"};
  static const std::set<std::string_view> kWindows = {"max_pool", "avg_pool", "max_pool_index", "max_unpool",
                                                      "roi_align"};
  if (node.is_constant() || node.is_input()) return FusionKind::kNone;
  if (node.op == "reshape") return FusionKind::kView;
  if (kMovements.contains(node.op)) return FusionKind::kMovement;
  if (kProducts.contains(node.op)) return FusionKind::kProduct;
  if (kRowOperators.contains(node.op)) return FusionKind::kRows;
  if (kWindows.contains(node.op)) return FusionKind::kWindow;
  return FusionKind::kElementwise;
}

}  // namespace tilecast
