// Winograd's minimal filtering: m outputs of a filter of 3 taps from m + 2 inputs with m + 2 products in place of 3 m.
//   Y = A^T [(G w G^T) * (B^T d B)] A    for a tile of m x m outputs, with * element by element
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308, sections 4.1 and 4.3.
#pragma once

#include <span>

namespace tilecast {

// Matrices for one m; each row-major. The input's matrix B^T and the output's A^T hold small integers, so that their
// products are additions and few multiplications.
struct Winograd {
  int outputs = 2;                 // m
  int points = 4;                  // m + 2
  std::span<const double> input;   // B^T, points x points
  std::span<const double> weight;  // G, points x 3
  std::span<const double> output;  // A^T, outputs x points

  double input_at(int i, int k) const { return input[static_cast<std::size_t>(i * points + k)]; }
  double weight_at(int i, int k) const { return weight[static_cast<std::size_t>(i * 3 + k)]; }
  double output_at(int i, int k) const { return output[static_cast<std::size_t>(i * points + k)]; }
};

// For tiles of 2 or 4 outputs.
const Winograd& winograd(int outputs);

}  // namespace tilecast
