#include <algorithm>

#include "frontend/passes/fold.h"
#include "frontend/passes/match.h"
#include "frontend/passes/passes.h"

namespace tilecast::passes {
namespace {

// What `count` elements from `start` on along one dimension are of a value.
struct Part {
  std::size_t dim = 0;
  std::int64_t start = 0;
  std::int64_t count = 0;
};

// A dense operator and what follows it, each the only reader of the one before, up to the value that slices read.
struct Chain {
  std::vector<NetworkId> values;  // the dense operator, its bias if any, movements
  std::optional<ChannelOperand> bias;
};

Chain follow(const Network& network, NetworkId dense, const Readers& readers) {
  Chain chain{{dense}, std::nullopt};
  auto reader = only_reader(readers, dense);
  if (reader && is_float_op(network, *reader, "add")) {
    chain.bias = channel_operand(network, *reader);
    if (!chain.bias) return chain;
    chain.values.push_back(*reader);
    reader = only_reader(readers, *reader);
  }
  for (; reader && only_moves(network.node(*reader)); reader = only_reader(readers, *reader)) {
    chain.values.push_back(*reader);
  }
  return chain;
}

// The part of the whole that a slice takes, where it takes all of every dimension but one.
std::optional<Part> sliced_part(const Network& network, NetworkId id) {
  const NetworkNode& slice = network.node(id);
  if (slice.op != "slice") return std::nullopt;
  const Shape& whole = network.node(slice.inputs[0]).type.shape;
  const auto starts = slice.attributes.get_ints("starts");
  const auto steps = slice.attributes.get_ints("steps");
  std::optional<Part> part;
  for (std::size_t d = 0; d < whole.size(); ++d) {
    if (slice.type.shape[d] == whole[d] && steps[d] == 1) continue;
    if (part || steps[d] != 1) return std::nullopt;
    part = Part{d, starts[d], slice.type.shape[d]};
  }
  return part;
}

// The same part of what a reshape reads: the dimension before which as many elements lie, in steps of whole ones.
std::optional<Part> before_reshape(const Shape& from, const Shape& to, const Part& part) {
  const auto dim = static_cast<std::ptrdiff_t>(part.dim);
  const std::int64_t outer = element_count({to.begin(), to.begin() + dim});
  const std::int64_t inner = element_count({to.begin() + dim + 1, to.end()});
  for (auto d = static_cast<std::ptrdiff_t>(from.size()); d-- > 0;) {
    if (element_count({from.begin(), from.begin() + d}) != outer) continue;
    const std::int64_t step = element_count({from.begin() + d + 1, from.end()});
    if (part.start * inner % step != 0 || part.count * inner % step != 0) return std::nullopt;
    return Part{static_cast<std::size_t>(d), part.start * inner / step, part.count * inner / step};
  }
  return std::nullopt;
}

std::optional<Part> before(const Network& network, NetworkId id, const Part& part) {
  const NetworkNode& node = network.node(id);
  if (node.op == "reshape") return before_reshape(network.node(node.inputs[0]).type.shape, node.type.shape, part);
  if (node.op != "transpose") return part;
  return Part{static_cast<std::size_t>(node.attributes.get_ints("perm")[part.dim]), part.start, part.count};
}

// The part as it is of each value of the chain; the first one is of the dense operator's channels.
std::optional<std::vector<Part>> trace(const Network& network, const Chain& chain, NetworkId slice) {
  const auto last = sliced_part(network, slice);
  if (!last) return std::nullopt;
  std::vector<Part> parts(chain.values.size(), *last);
  for (std::size_t i = parts.size(); --i > 0;) {
    const auto earlier = before(network, chain.values[i], parts[i]);
    if (!earlier) return std::nullopt;
    parts[i - 1] = *earlier;
  }
  const std::size_t rank = network.node(chain.values.front()).type.shape.size();
  if (parts.front().dim + 1 != rank) return std::nullopt;
  return parts;
}

// Whether the value goes into a product of two activations and nowhere else, through movements and scales.
bool feeds_attention(const Network& network, NetworkId id, const Readers& readers) {
  for (auto reader = only_reader(readers, id); reader; reader = only_reader(readers, *reader)) {
    if (is_float_op(network, *reader, "batch_matmul")) return true;
    if (!only_moves(network.node(*reader)) && !scaled(network, *reader)) return false;
  }
  return false;
}

NetworkId add_dense_part(Network& network, NetworkId dense, const Part& part) {
  NetworkNode node = network.node(dense);
  const NetworkNode weight = network.node(node.inputs[1]);
  const std::int64_t channels = weight.type.shape.back();
  const std::vector<float> all = float_values(weight);
  std::vector<float> values;
  for (auto row = all.begin(); row != all.end(); row += channels) {
    values.insert(values.end(), row + part.start, row + part.start + part.count);
  }
  node.inputs[1] = add_float_constant(network, weight.name, {weight.type.shape.front(), part.count}, values);
  node.type.shape.back() = part.count;
  return network.add(std::move(node));
}

NetworkId add_bias_part(Network& network, const NetworkNode& add, const ChannelOperand& bias, NetworkId x,
                        const Part& part) {
  const auto from = bias.values.begin() + part.start;
  const NetworkId values =
      add_float_constant(network, add.name + ".bias", {part.count}, std::vector<float>(from, from + part.count));
  return network.add({add.name, "add", {x, values}, {}, network.node(x).type});
}

// Adds the chain with the channels of one part, as the slice reads it.
NetworkId add_part(Network& network, const Chain& chain, const std::vector<Part>& parts) {
  NetworkId value = add_dense_part(network, chain.values.front(), parts.front());
  for (std::size_t i = 1; i < chain.values.size(); ++i) {
    NetworkNode node = network.node(chain.values[i]);
    if (!only_moves(node)) {
      value = add_bias_part(network, node, *chain.bias, value, parts[i]);
      continue;
    }
    node.inputs = {value};
    node.type.shape[parts[i].dim] = parts[i].count;
    if (node.op == "reshape") node.attributes.set("shape", node.type.shape);
    value = network.add(std::move(node));
  }
  return value;
}

// Whether no channel is computed twice.
bool are_separate(const std::vector<std::vector<Part>>& all) {
  std::vector<Part> channels;
  for (const auto& parts : all) channels.push_back(parts.front());
  std::sort(channels.begin(), channels.end(), [](const Part& a, const Part& b) { return a.start < b.start; });
  return std::adjacent_find(channels.begin(), channels.end(),
                            [](const Part& a, const Part& b) { return a.start + a.count > b.start; }) == channels.end();
}

bool split(Network& network, NetworkId dense, const Readers& readers) {
  if (!is_float_op(network, dense, "dense") || !has_constant_weight(network, dense)) return false;
  const Chain chain = follow(network, dense, readers);
  const std::vector<NetworkId>& slices = readers[static_cast<std::size_t>(chain.values.back())];
  if (slices.size() < 2) return false;
  std::vector<std::vector<Part>> all;
  for (const NetworkId slice : slices) {
    if (slice == kReadByOutput) return false;
    auto parts = trace(network, chain, slice);
    if (!parts) return false;
    all.push_back(*std::move(parts));
  }
  const auto feeds = [&](NetworkId slice) { return feeds_attention(network, slice, readers); };
  if (!are_separate(all) || std::none_of(slices.begin(), slices.end(), feeds)) return false;
  for (std::size_t i = 0; i < slices.size(); ++i) redirect(network, slices[i], add_part(network, chain, all[i]));
  return true;
}

}  // namespace

bool split_attention_projection(Network& network) {
  return rewrite_operators(network, [&](NetworkId id, const Readers& readers) { return split(network, id, readers); });
}

}  // namespace tilecast::passes
