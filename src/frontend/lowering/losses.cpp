// SoftmaxCrossEntropyLoss, NegativeLogLikelihoodLoss.
#include <fmt/format.h>

#include <limits>
#include <numeric>

#include "frontend/lowering/composition.h"

namespace tilecast {
namespace {

// A loss over scores [N, C, D…]: the dimensions behind the classes are one here.
struct Loss {
  Shape scores;   // N x C x the rest
  Shape targets;  // as ONNX has them: N, D…
  std::string reduction;
  bool is_weighted = false;
  std::optional<std::int64_t> ignored;  // the target that does not count
};

Result<Loss> read_loss(const NodeLowering& node) {
  const Shape given = node.shape(0);
  if (node.dtype(0) != DataType::kFloat32) return node.error("only scores of type float32 are supported");
  if (given.size() < 2) return node.error("its scores need a batch and classes");
  Loss loss{.scores = {given[0], given[1], element_count({given.begin() + 2, given.end()})}, .targets = given};
  loss.targets.erase(loss.targets.begin() + 1);
  if (node.shape(1) != loss.targets) {
    return node.error(
        fmt::format("its targets are {}, not {}", shape_to_string(node.shape(1)), shape_to_string(loss.targets)));
  }
  if (node.dtype(1) != DataType::kInt64 && node.dtype(1) != DataType::kInt32) {
    return node.error("its targets are not integers");
  }
  loss.is_weighted = node.has_input(2);
  if (loss.is_weighted && (node.shape(2) != Shape{given[1]} || node.dtype(2) != DataType::kFloat32)) {
    return node.error(fmt::format("its weights are {}, not {}", shape_to_string(node.shape(2)), given[1]));
  }
  loss.reduction = node.attributes().get_string("reduction", "mean");
  if (loss.reduction != "none" && loss.reduction != "sum" && loss.reduction != "mean") {
    return node.error(fmt::format("its reduction '{}' is not supported", loss.reduction));
  }
  if (node.attributes().has("ignore_index")) loss.ignored = node.attributes().get_int("ignore_index", 0);
  return loss;
}

// Whether a class is an element's target. The class that is ignored is nobody's.
NetworkId is_target(const NodeLowering& node, Composition& c, const Loss& loss) {
  const std::int64_t classes = loss.scores[1];
  std::vector<double> numbers(static_cast<std::size_t>(classes));
  std::iota(numbers.begin(), numbers.end(), 0.0);
  if (loss.ignored && *loss.ignored >= 0 && *loss.ignored < classes) {
    numbers[static_cast<std::size_t>(*loss.ignored)] = std::numeric_limits<std::int32_t>::min();
  }
  const NetworkId target = c.reshape(c.plain(1), {loss.scores[0], 1, loss.scores[2]});
  return c.binary("equal", target, c.constant(node.dtype(1), {1, classes, 1}, numbers));
}

// Minus the weighted sum of the targets' log probabilities; the mean is over the weights.
Status set_loss(NodeLowering& node, Composition& c, const Loss& loss, NetworkId log_probability) {
  const NetworkId picked = is_target(node, c, loss);
  const NetworkId zero = c.constant(DataType::kFloat32, {}, {0});
  NetworkId weight = c.constant(DataType::kFloat32, {}, {1});
  NetworkId terms = log_probability;
  if (loss.is_weighted) {
    weight = c.reshape(c.plain(2), {1, loss.scores[1], 1});
    terms = c.binary("mul", terms, weight);
  }
  terms = c.where(picked, terms, zero);
  if (loss.reduction == "none") return c.finish(c.reshape(c.unary("neg", c.reduce("sum", terms, {1})), loss.targets));
  const Ints all = {0, 1, 2};
  NetworkId total = c.unary("neg", c.reduce("sum", terms, all, false));
  if (loss.reduction == "mean" && (loss.is_weighted || loss.ignored)) {
    total = c.binary("div", total, c.reduce("sum", c.where(picked, weight, zero), all, false));
  } else if (loss.reduction == "mean") {
    total = c.scalar("mul", total, 1 / static_cast<double>(element_count(loss.targets)));
  }
  return c.finish(total);
}

Status lower_negative_log_likelihood(NodeLowering& node) {
  TILECAST_TRY(const Loss loss, read_loss(node));
  Composition c(node);
  return set_loss(node, c, loss, c.reshape(c.plain(0), loss.scores));
}

Status lower_softmax_cross_entropy(NodeLowering& node) {
  TILECAST_TRY(const Loss loss, read_loss(node));
  Composition c(node);
  const Attributes attributes{{"axis", std::int64_t{1}}, {"log", std::int64_t{1}}};
  const NetworkId log_probability = c.unary("softmax", c.reshape(c.plain(0), loss.scores), attributes);
  TILECAST_CHECK(set_loss(node, c, loss, log_probability));
  return c.finish(c.reshape(log_probability, node.shape(0)), 1);
}

}  // namespace

void add_losses(LoweringTable& table) {
  const std::map<std::string, AttributeKind> attributes = {{"reduction", AttributeKind::kString},
                                                           {"ignore_index", AttributeKind::kInt}};
  table["NegativeLogLikelihoodLoss"] = {lower_negative_log_likelihood, 2, 3, attributes};
  table["SoftmaxCrossEntropyLoss"] = {lower_softmax_cross_entropy, 2, 3, attributes};
}

}  // namespace tilecast
