// Scales that move into the constant weight of a product.
#pragma once

#include <optional>
#include <span>

#include "frontend/network.h"

namespace tilecast::passes {

// Whether `id` is a float32 conv, conv_transpose or dense operator with a constant weight, whose innermost dimension is
// that of the output channels.
bool has_constant_weight(const Network& network, NetworkId id);

// Adds the product with each output channel multiplied by its scale; nothing where a weight leaves float32's range.
std::optional<NetworkId> scale_weight(Network& network, NetworkId product, std::span<const double> scale);

}  // namespace tilecast::passes
