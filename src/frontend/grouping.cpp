#include "frontend/grouping.h"

#include <algorithm>
#include <map>
#include <optional>

#include "frontend/fusion_kind.h"

namespace tilecast {
namespace {

// Beyond this many operators an expression gains nothing from more, and compiling it takes long.
constexpr std::size_t kMostMembers = 32;

// Compiled code takes the numbers that it computes for finite; those that it reads from memory it does not know.
bool asks_whether_finite(const NetworkNode& node) {
  return node.op == "is_nan" || node.op == "is_inf";
}

bool is_padded(const NetworkNode& node) {
  const auto positive = [](std::int64_t pad) { return pad > 0; };
  const auto begin = node.attributes.get_ints("pads_begin");
  const auto end = node.attributes.get_ints("pads_end");
  return std::any_of(begin.begin(), begin.end(), positive) || std::any_of(end.begin(), end.end(), positive);
}

// A convolution of one tap.
bool is_pointwise(const Network& network, const NetworkNode& node) {
  if (node.op != "conv" || node.attributes.get_int("groups", 1) != 1 || is_padded(node)) return false;
  const Shape& weight = network.node(node.inputs[1]).type.shape;
  const auto strides = node.attributes.get_ints("strides");
  return std::all_of(weight.begin(), weight.end() - 2, [](std::int64_t taps) { return taps == 1; }) &&
         std::all_of(strides.begin(), strides.end(), [](std::int64_t stride) { return stride == 1; });
}

bool is_depthwise(const Network& network, const NetworkNode& node) {
  if (node.op != "conv") return false;
  const std::int64_t groups = node.attributes.get_int("groups", 1);
  return groups > 1 && groups == network.node(node.inputs[0]).type.shape.back() && groups == node.type.shape.back();
}

class Grouping {
 public:
  explicit Grouping(const Network& network)
      : network_(network),
        order_(live_order(network)),
        readers_(live_readers(network)),
        position_(network.nodes.size(), 0),
        group_(network.nodes.size(), kNoGroup),
        absorbed_(network.nodes.size(), false) {
    for (std::size_t i = 0; i < order_.size(); ++i) position_[index(order_[i])] = i;
  }

  std::vector<NodeGroup> run() {
    for (const NetworkId id : order_) absorb_operands(id);
    for (const NetworkId id : order_) {
      const FusionKind kind = fusion_kind(network_.node(id));
      if (kind == FusionKind::kNone || kind == FusionKind::kView || absorbed_[index(id)]) continue;
      place(id, kind);
    }
    return finished();
  }

 private:
  static constexpr std::size_t kNoGroup = static_cast<std::size_t>(-1);
  struct Group {
    NodeGroup members;                        // in order; empty: merged into another
    FusionKind kind = FusionKind::kMovement;  // the largest of its members'
  };

  static std::size_t index(NetworkId id) { return static_cast<std::size_t>(id); }
  const NetworkNode& node(NetworkId id) const { return network_.node(id); }

  // The only one that reads `id`, unless it is an output of the model.
  std::optional<NetworkId> only_reader(NetworkId id) const {
    const auto& readers = readers_[index(id)];
    if (readers.size() != 1 || readers.front() == kReadByOutput) return std::nullopt;
    return readers.front();
  }

  // Marks the transpositions and reshapes that a product reads through.
  void absorb_operands(NetworkId id) {
    const NetworkNode& reader = node(id);
    std::vector<NetworkId> absorbed;
    if (reader.op == "batch_matmul") {
      for (const NetworkId input : reader.inputs) absorb_chain(id, input, absorbed);
    } else if (reader.op == "conv" && is_padded(reader) && node(reader.inputs[0]).op == "transpose" &&
               only_reader(reader.inputs[0]) == id) {
      absorbed = {reader.inputs[0]};
    }
    if (absorbed.empty()) return;
    for (const NetworkId member : absorbed) absorbed_[index(member)] = true;
    operands_[id] = std::move(absorbed);
  }

  // Up to the last transposition: a reshape above it is a view of what lies in memory.
  void absorb_chain(NetworkId reader, NetworkId id, std::vector<NetworkId>& absorbed) const {
    std::vector<NetworkId> chain;
    std::size_t useful = 0;
    while ((node(id).op == "transpose" || node(id).op == "reshape") && only_reader(id) == reader) {
      chain.push_back(id);
      if (node(id).op == "transpose") useful = chain.size();
      reader = id;
      id = node(id).inputs[0];
    }
    absorbed.insert(absorbed.end(), chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(useful));
  }

  // Puts a node into the group of one of its inputs, or into a new one.
  void place(NetworkId id, FusionKind kind) {
    std::optional<NetworkId> host;
    for (const NetworkId input : node(id).inputs) {
      if (joins(id, kind, input) && (!host || better_host(input, *host))) host = input;
    }
    std::size_t g = groups_.size();
    if (host) {
      g = group_[index(*host)];
    } else {
      groups_.push_back({{}, kind});
      for (const std::size_t link : links_before(id)) take_over(g, link);
    }
    if (const auto absorbed = operands_.find(id); absorbed != operands_.end()) {
      for (const NetworkId member : absorbed->second) add(g, member);
    }
    add(g, id);
    groups_[g].kind = std::max(groups_[g].kind, kind);
    for (const NetworkId input : node(id).inputs) {
      if (!host || input != *host) merge_light(g, id, kind, input);
    }
  }

  // Groups whose results only this product needs, a block of rows for each block of its own, in order: scores and their
  // softmax before the product with the values, a depthwise convolution before one of one tap.
  std::vector<std::size_t> links_before(NetworkId id) const {
    const NetworkNode& product = node(id);
    if (product.op == "batch_matmul") {
      const NetworkId weights = product.inputs[0];
      const auto softmax = link(weights, id);
      if (!softmax || groups_[*softmax].members.size() != 1 || !is_softmax_of_rows(node(weights))) return {};
      const auto scores = link(node(weights).inputs[0], weights);
      if (!scores || !has_member(*scores, [](const NetworkNode& n) { return n.op == "batch_matmul"; })) return {};
      return {*scores, *softmax};
    }
    if (!is_pointwise(network_, product)) return {};
    const auto depthwise = link(product.inputs[0], id);
    const auto matches = [&](const NetworkNode& n) { return is_depthwise(network_, n); };
    if (!depthwise || !has_member(*depthwise, matches)) return {};
    return {*depthwise};
  }

  static bool is_softmax_of_rows(const NetworkNode& node) {
    return node.op == "softmax" && node.attributes.get_int("axis", -1) == std::ssize(node.type.shape) - 1;
  }

  // The group that `id` is the result of, where `reader` alone reads it, both have room in one, and the group is no
  // chain itself.
  std::optional<std::size_t> link(NetworkId id, NetworkId reader) const {
    const std::size_t g = group_[index(id)];
    if (g == kNoGroup || groups_[g].members.back() != id || only_reader(id) != reader) return std::nullopt;
    if (node(id).op == "transpose" || groups_[g].members.size() > kMostMembers / 2) return std::nullopt;
    const auto products = std::count_if(groups_[g].members.begin(), groups_[g].members.end(),
                                        [&](NetworkId m) { return fusion_kind(node(m)) == FusionKind::kProduct; });
    return products > 1 ? std::nullopt : std::optional(g);
  }

  template <class Predicate>
  bool has_member(std::size_t g, Predicate matches) const {
    return std::any_of(groups_[g].members.begin(), groups_[g].members.end(),
                       [&](NetworkId member) { return matches(node(member)); });
  }

  bool better_host(NetworkId a, NetworkId b) const {
    const auto rank = [&](NetworkId id) { return std::pair(groups_[group_[index(id)]].kind, position_[index(id)]); };
    return rank(a) > rank(b);
  }

  // Whether `id` can be computed element by element as `input`, the result of a group so far, comes out.
  bool joins(NetworkId id, FusionKind kind, NetworkId input) const {
    const std::size_t g = group_[index(input)];
    if (asks_whether_finite(node(id))) return false;
    if (g == kNoGroup || groups_[g].members.back() != input || only_reader(input) != id) return false;
    if (groups_[g].members.size() >= kMostMembers) return false;
    if (kind == FusionKind::kElementwise) return node(id).type.shape == node(input).type.shape;
    return kind == FusionKind::kMovement && joins_as_transposition(id, g);
  }

  bool joins_as_transposition(NetworkId id, std::size_t g) const {
    const NetworkNode& transpose = node(id);
    if (transpose.op != "transpose" || node(groups_[g].members.back()).op == "transpose") return false;
    const bool is_matmul = has_member(g, [](const NetworkNode& n) { return n.op == "batch_matmul"; });
    const auto perm = transpose.attributes.get_ints("perm");
    return is_matmul && perm.back() == static_cast<std::int64_t>(perm.size()) - 1;
  }

  // Takes over the group of another operand when that is cheap to compute in place: each element is needed once.
  void merge_light(std::size_t g, NetworkId id, FusionKind kind, NetworkId input) {
    const std::size_t other = group_[index(input)];
    if (asks_whether_finite(node(id))) return;
    if (other == kNoGroup || other == g || groups_[other].kind > FusionKind::kElementwise) return;
    if (groups_[other].members.back() != input || only_reader(input) != id) return;
    if (groups_[g].members.size() + groups_[other].members.size() > kMostMembers) return;
    const bool in_place = kind == FusionKind::kElementwise && node(input).type.shape == node(id).type.shape;
    if (!in_place && node(id).op != "reduce") return;
    take_over(g, other);
  }

  void take_over(std::size_t g, std::size_t other) {
    const NodeGroup moved = std::move(groups_[other].members);
    groups_[other].members.clear();
    for (const NetworkId member : moved) add(g, member);
    sort_by_position(groups_[g].members);
  }

  void sort_by_position(NodeGroup& members) const {
    std::sort(members.begin(), members.end(),
              [&](NetworkId a, NetworkId b) { return position_[index(a)] < position_[index(b)]; });
  }

  void add(std::size_t g, NetworkId id) {
    groups_[g].members.push_back(id);
    group_[index(id)] = g;
  }

  std::vector<NodeGroup> finished() {
    std::vector<NodeGroup> result;
    for (Group& group : groups_) {
      if (group.members.empty()) continue;
      sort_by_position(group.members);
      result.push_back(std::move(group.members));
    }
    // What a group reads comes before its last member.
    std::sort(result.begin(), result.end(), [&](const NodeGroup& a, const NodeGroup& b) {
      return position_[index(a.back())] < position_[index(b.back())];
    });
    return result;
  }

  const Network& network_;
  const std::vector<NetworkId> order_;
  const std::vector<std::vector<NetworkId>> readers_;
  std::vector<std::size_t> position_;  // in order_, by node
  std::vector<std::size_t> group_;     // by node
  std::vector<bool> absorbed_;
  std::map<NetworkId, std::vector<NetworkId>> operands_;  // of products: what they absorb
  std::vector<Group> groups_;
};

}  // namespace

std::vector<NodeGroup> group_nodes(const Network& network) {
  return Grouping(network).run();
}

}  // namespace tilecast
