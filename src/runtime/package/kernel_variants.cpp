#include "runtime/package/kernel_variants.h"

#include <algorithm>
#include <map>

namespace tilecast {
namespace {

KernelVariant variant_of(const Network& network, const ConcatPlacement& placement, const TaskCall& call) {
  KernelVariant variant{call.task, {}};
  const auto add = [&](NetworkId value) {
    const bool is_constant = network.node(storage_of(network, value)).is_constant();
    const Shape& shape = network.node(value).type.shape;
    variant.strides.push_back(is_constant ? std::vector<std::int64_t>{}
                                          : kernel_strides(shape, place_of(network, placement, value).strides));
  };
  for (const NetworkId input : call.inputs) add(input);
  add(call.output);
  const bool dense = std::all_of(variant.strides.begin(), variant.strides.end(),
                                 [](const std::vector<std::int64_t>& strides) { return strides.empty(); });
  if (dense) variant.strides.clear();
  return variant;
}

}  // namespace

KernelVariants choose_kernels(const ImportedModel& model, const ConcatPlacement& placement) {
  KernelVariants variants;
  std::map<KernelVariant, std::size_t> numbers;
  for (std::size_t i = 0; i < model.partition.calls.size(); ++i) {
    if (placement.in_place[i]) {
      variants.of_call.push_back(std::nullopt);
      continue;
    }
    const auto [known, is_new] =
        numbers.emplace(variant_of(model.network, placement, model.partition.calls[i]), variants.kernels.size());
    if (is_new) variants.kernels.push_back(known->first);
    variants.of_call.push_back(known->second);
  }
  return variants;
}

}  // namespace tilecast
