#include "network_weights.h"

#include <set>

namespace tilecast::tools {
namespace {

std::set<std::string> networks_beside(const Dataset& dataset, DatasetSplit split) {
  std::set<std::string> networks;
  for (const auto& [key, task] : dataset.tasks) {
    if (task.split == split) continue;
    for (const NetworkUse& use : task.uses) networks.insert(use.network);
  }
  return networks;
}

}  // namespace

NetworkWeights::NetworkWeights(const Dataset& dataset, DatasetSplit split) {
  std::set<std::string> seen;
  if (split == DatasetSplit::kHeldOut) seen = networks_beside(dataset, split);
  for (const auto& [key, task] : dataset.tasks) {
    if (task.split != split) continue;
    Weights& weights = weights_[key];
    for (const NetworkUse& use : task.uses) {
      if (!seen.contains(use.network)) weights[use.network] += use.weight;
    }
  }
}

}  // namespace tilecast::tools
