#include "runtime/package/concat_placement.h"

#include <algorithm>
#include <optional>
#include <set>

namespace tilecast {
namespace {

// Half a cache line. Of shorter pieces, each kernel that writes or reads them moves several times their bytes: the copy
// of a concatenation is as fast.
constexpr std::int64_t kShortestPieceBytes = 32;

class Placer {
 public:
  explicit Placer(const ImportedModel& model) : network_(model.network), calls_(model.partition.calls) {
    for (const TaskCall& call : calls_) {
      results_.insert(storage(call.output));
      views_[storage(call.output)].insert(call.output);
      for (const NetworkId input : call.inputs) views_[storage(input)].insert(input);
    }
    for (const NetworkOutput& output : network_.outputs) outputs_.insert(storage(output.value));
    placement_.in_place.resize(calls_.size(), false);
  }

  ConcatPlacement run() {
    for (const std::size_t call : concatenations()) {
      placement_.in_place[call] = place_operands(calls_[call].output) || place_as_view(calls_[call].output);
    }
    return std::move(placement_);
  }

 private:
  NetworkId storage(NetworkId id) const { return storage_of(network_, id); }
  const NetworkNode& node(NetworkId id) const { return network_.node(id); }
  Place place(NetworkId value) const { return place_of(network_, placement_, value); }

  // The largest first, of equal ones the last: a concatenation that reads another one's result comes before that one,
  // so that no place moves once it is known.
  std::vector<std::size_t> concatenations() const {
    std::vector<std::size_t> found;
    for (std::size_t i = calls_.size(); i-- > 0;) {
      if (calls_[i].operators.size() == 1 && node(calls_[i].output).op == "concat") found.push_back(i);
    }
    std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
      return node(calls_[a].output).type.bytes() > node(calls_[b].output).type.bytes();
    });
    return found;
  }

  std::size_t axis_of(const NetworkNode& concat) const {
    return static_cast<std::size_t>(concat.attributes.get_int("axis", 0));
  }

  bool place_operands(NetworkId result) {
    const NetworkNode& concat = node(result);
    const std::size_t axis = axis_of(concat);
    Place next = place(result);
    std::map<NetworkId, Place> parts;
    for (const NetworkId operand : concat.inputs) {
      const std::optional<Place> part = part_at(operand, next);
      if (!part || !parts.emplace(storage(operand), *part).second) return false;
      next.offset += node(operand).type.shape[axis] * next.strides[axis];
    }
    placement_.parts.merge(parts);
    return true;
  }

  // The place of the operand's storage, when the operand itself begins at `at` and has its strides.
  std::optional<Place> part_at(NetworkId operand, const Place& at) const {
    const NetworkId root = storage(operand);
    if (!results_.contains(root) || outputs_.contains(root) || placement_.parts.contains(root)) return std::nullopt;
    const auto strides = reshaped_strides(node(operand).type.shape, at.strides, node(root).type.shape);
    if (!strides) return std::nullopt;
    const Place part{at.tensor, at.offset, *strides};
    if (!has_long_pieces(node(root).type, part) || !has_its_views(root, part)) return std::nullopt;
    return part;
  }

  static bool has_long_pieces(const TensorType& type, const Place& place) {
    const std::int64_t piece = contiguous_elements(type.shape, place.strides);
    return piece == element_count(type.shape) || piece * data_type_size(type.dtype) >= kShortestPieceBytes;
  }

  // Whether calls find it under every shape in which they write or read it.
  bool has_its_views(NetworkId root, const Place& place) const {
    const std::set<NetworkId>& views = views_.at(root);
    return std::all_of(views.begin(), views.end(), [&](NetworkId value) {
      return reshaped_strides(node(root).type.shape, place.strides, node(value).type.shape).has_value();
    });
  }

  bool place_as_view(NetworkId result) {
    const NetworkNode& concat = node(result);
    const std::size_t axis = axis_of(concat);
    if (outputs_.contains(result) || placement_.parts.contains(result)) return false;
    if (!std::all_of(concat.inputs.begin(), concat.inputs.end(),
                     [&](NetworkId operand) { return placement_.parts.contains(storage(operand)); })) {
      return false;
    }
    const Place whole = place(concat.inputs.front());
    std::int64_t offset = whole.offset;
    for (const NetworkId operand : concat.inputs) {
      const Place part = place(operand);
      if (part.tensor != whole.tensor || part.offset != offset || part.strides != whole.strides) return false;
      offset += node(operand).type.shape[axis] * whole.strides[axis];
    }
    if (!has_its_views(result, whole)) return false;
    placement_.parts.emplace(result, whole);
    return true;
  }

  const Network& network_;
  const std::vector<TaskCall>& calls_;
  std::set<NetworkId> results_;                     // of calls, by storage_of
  std::set<NetworkId> outputs_;                     // of the model, by storage_of
  std::map<NetworkId, std::set<NetworkId>> views_;  // by storage_of: the values that calls write and read
  ConcatPlacement placement_;
};

}  // namespace

ConcatPlacement place_concatenations(const ImportedModel& model) {
  return Placer(model).run();
}

Place place_of(const Network& network, const ConcatPlacement& placement, NetworkId value) {
  const NetworkId root = storage_of(network, value);
  const Shape& shape = network.node(value).type.shape;
  const auto part = placement.parts.find(root);
  if (part == placement.parts.end()) return {root, 0, dense_strides(shape)};
  const Place& place = part->second;
  return {place.tensor, place.offset, *reshaped_strides(network.node(root).type.shape, place.strides, shape)};
}

}  // namespace tilecast
