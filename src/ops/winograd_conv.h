// Convolutions of 3 x 3 by Winograd's minimal filtering (ir/winograd.h).
#pragma once

#include <string>
#include <vector>

#include "ops/builder.h"

namespace tilecast::ops {

// The algorithms "winograd2" and "winograd4" (tiles of 2 x 2 and 4 x 4 outputs) where they can compute the checked
// convolution: a constant weight that nothing else reads, one group, 3 x 3 in the two inner spatial dimensions without
// stride or dilation there, at least 16 channels on both sides and an output no smaller than a tile.
std::vector<std::string> winograd_algorithms(const OpGraph& graph, const OpNode& node);

// Outputs a tile and dimension of an algorithm of this name; 0 when it is another one.
int winograd_outputs(const std::string& algorithm);

//   pad       the input with zeros around it, up to whole tiles
//   tiles     B^T d B of each tile: [C, tiles of x, tiles of y, (z,) N, point of x, point of y]
//   conv      the products with the weight, summed over C (and the taps along z), for each point
//   rows      A^T applied along x
//   square    A^T applied along y
//   all       the tiles in their places: [M, x, y, (z,) N]
// Products: points^2 / outputs^2 an output and channel in place of 9: 4 of 2 x 2 outputs, 2.25 of 4 x 4. Rounding
// errors grow with the tile: about 1e-6 and 1e-5 of the largest output (docs/results.md).
Halide::Func build_winograd(const Node& node, int outputs);

}  // namespace tilecast::ops
