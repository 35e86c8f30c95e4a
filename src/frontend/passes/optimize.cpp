#include "frontend/passes/passes.h"

namespace tilecast {

void optimize(Network& network) {
  bool changed = true;
  while (changed) {
    // Chains are found only where equal values are one value; scales may go into products only after chains that
    // contain such scales are found.
    changed = passes::simplify(network);
    changed |= passes::merge_equal_nodes(network);
    changed |= passes::sink_reshapes(network);
    changed |= passes::recognize_softmax(network);
    changed |= passes::recognize_layer_norm(network);
    changed |= passes::recognize_activations(network);
    changed |= passes::fold_scale_and_shift(network);
    changed |= passes::split_attention_projection(network);
    changed |= passes::fold_attention_scale(network);
  }
}

}  // namespace tilecast
