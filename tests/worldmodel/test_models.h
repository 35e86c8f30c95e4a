// World models with random weights, for tests.
#pragma once

#include <cstdint>

#include "worldmodel/world_model.h"

namespace tilecast::testing {

// All tensors of a small model; nothing in it was learnt.
TensorFile random_world_model_file(std::uint64_t seed, TransitionKind kind = TransitionKind::kTransH);

}  // namespace tilecast::testing
