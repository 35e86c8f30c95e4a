// Rewrites of a Network that make it smaller or faster and leave its outputs as they are (but for rounding). One file a
// pass; each says what it looks for. Passes append nodes and redirect readers; dead nodes stay behind unseen.
#pragma once

#include "frontend/network.h"

namespace tilecast {

// Runs all passes, in an order in which each finds what earlier ones prepare.
void optimize(Network& network);

namespace passes {

// conv(x, w) * a + b with constants a, b a channel   ->   conv(x, w * a) + b. Likewise conv_transpose and dense, and
// where a bias stands between: (conv(x, w) + c) * a -> conv(x, w * a) + c * a; two biases become one. The product must
// have no other reader.
void fold_scale_and_shift(Network& network);

// Chains that compute LayerNorm, GELU (erf, tanh) and softmax from single operators   ->   layer_norm, gelu_erf,
// gelu_tanh, softmax.
void recognize_functions(Network& network);

// softmax(matmul(q, k) * s + mask) with a constant scale s   ->   the scale moves into the projection that makes q
// (its weight and bias), when nothing else reads that.
void fold_attention_scale(Network& network);

// x + 0, x * 1, transpositions and reshapes that undo each other or follow each other, casts to the type that is there.
void simplify(Network& network);

// Operators with the same inputs and attributes   ->   one of them.
void merge_equal_nodes(Network& network);

}  // namespace passes
}  // namespace tilecast
