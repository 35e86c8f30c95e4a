#include <algorithm>
#include <type_traits>
#include <unordered_map>

#include "base/hash.h"
#include "frontend/passes/passes.h"

namespace tilecast::passes {
namespace {

// Weights are large and seldom twice in a model.
constexpr std::size_t kMaxComparedBytes = 65536;

std::vector<NetworkId> ordered_inputs(const NetworkNode& node) {
  std::vector<NetworkId> inputs = node.inputs;
  for (const char* op : {"add", "mul", "min", "max", "equal", "and", "or"}) {
    if (node.op == op) std::sort(inputs.begin(), inputs.end());
  }
  return inputs;
}

void hash_attribute(StableHash& hash, const AttributeValue& value) {
  const auto add = [&](const auto& number) { hash.add_bytes({reinterpret_cast<const char*>(&number), sizeof number}); };
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>) {
          hash.add_bytes(v);
        } else if constexpr (std::is_arithmetic_v<T>) {
          add(v);
        } else {
          for (const auto number : v) add(number);
        }
      },
      value);
}

std::uint64_t hash_node(const NetworkNode& node) {
  StableHash hash;
  hash.add_bytes(node.op);
  hash.add_int(static_cast<std::uint64_t>(node.type.dtype));
  for (const std::int64_t extent : node.type.shape) hash.add_int(static_cast<std::uint64_t>(extent));
  for (const NetworkId input : ordered_inputs(node)) hash.add_int(static_cast<std::uint64_t>(input));
  for (const auto& [name, value] : node.attributes.values()) {
    hash.add_bytes(name);
    hash_attribute(hash, value);
  }
  if (node.is_constant() && node.constant->size() < kMaxComparedBytes) {
    hash.add_bytes({reinterpret_cast<const char*>(node.constant->data()), node.constant->size()});
  }
  return hash.finish();
}

bool equal_constants(const ConstantBytes& a, const ConstantBytes& b) {
  if (a == b) return true;
  return a != nullptr && b != nullptr && a->size() < kMaxComparedBytes && *a == *b;
}

bool equal_nodes(const NetworkNode& a, const NetworkNode& b) {
  return a.op == b.op && a.type == b.type && a.attributes == b.attributes && ordered_inputs(a) == ordered_inputs(b) &&
         equal_constants(a.constant, b.constant);
}

}  // namespace

bool merge_equal_nodes(Network& network) {
  bool changed = false;
  std::unordered_multimap<std::uint64_t, NetworkId> seen;
  for (const NetworkId id : live_order(network)) {
    const NetworkNode& node = network.node(id);
    if (node.is_input()) continue;
    const std::uint64_t hash = hash_node(node);
    const auto [first, last] = seen.equal_range(hash);
    const auto same =
        std::find_if(first, last, [&](const auto& entry) { return equal_nodes(network.node(entry.second), node); });
    if (same == last) {
      seen.emplace(hash, id);
      continue;
    }
    redirect(network, id, same->second);
    changed = true;
  }
  return changed;
}

}  // namespace tilecast::passes
