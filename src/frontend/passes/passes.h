// Rewrites of a Network that make it smaller or faster and leave its outputs as they are (but for rounding). One file a
// pass; each says what it looks for. Passes append nodes and redirect readers; dead nodes stay behind unseen. Only
// float32 tensors are computed otherwise than before.
#pragma once

#include "frontend/network.h"

namespace tilecast {

// Runs all passes, in an order in which each finds what earlier ones prepare, until none finds anything. An output may
// become an input of the model or the same value as another output, where that is what the model computes.
void optimize(Network& network);

// Each returns whether it changed anything.
namespace passes {

// conv(x, w) * a + b with constants a, b a channel   ->   conv(x, w * a) + b. Likewise conv_transpose and dense, and
// where a bias stands between: (conv(x, w) + c) * a -> conv(x, w * a) + c * a; two biases become one. The product must
// have no other reader.
bool fold_scale_and_shift(Network& network);

// Single operators that compute GELU, SiLU or hard-swish, in whatever order their factors and terms stand   ->
// gelu_erf, gelu_tanh, silu, hard_swish.
bool recognize_activations(Network& network);

// (x - mean) / sqrt(mean((x - mean)^2) + epsilon) over the innermost dimensions   ->   layer_norm; with it a scale and
// a bias that are constants of those dimensions' shape. The scale is a constant of ones where the chain has none.
bool recognize_layer_norm(Network& network);

// exp(x - max(x)) / sum(exp(x - max(x))) over one dimension   ->   softmax.
bool recognize_softmax(Network& network);

// batch_matmul(q, k) * s with a constant number s, at the product or at q or k   ->   the scale moves into the
// projection that makes q, or else k (a dense operator's weight and bias), when nothing else reads what lies between.
bool fold_attention_scale(Network& network);

// A dense operator with constant weights (and bias) that slices alone read, through transpositions and reshapes, each a
// part of its channels for attention (queries, keys, values)   ->   one dense operator a part, without slices.
bool split_attention_projection(Network& network);

// relu(reshape(x)) -> reshape(relu(x)), likewise for other element-wise operators, where x comes out of a product: the
// operator can then be computed with it. Other operands are reshaped the other way.
bool sink_reshapes(Network& network);

// x + 0, x * 1, transpositions and reshapes that undo each other or follow each other, casts to the type that is there.
bool simplify(Network& network);

// Operators with the same inputs and attributes   ->   one of them; likewise equal small constants.
bool merge_equal_nodes(Network& network);

}  // namespace passes
}  // namespace tilecast
