// Contrastive training of the encoder (SimCSE: Gao et al., EMNLP 2021): two views of a program, under different dropout
// and one with loops around its loops that run once, are to be nearer to each other than to any other of the batch.
#pragma once

#include <functional>
#include <span>

#include "worldmodel/training/encoder_module.h"
#include "worldmodel/training/training_data.h"

namespace tilecast {

struct ContrastiveOptions {
  std::int64_t steps = 1000;
  std::size_t tasks = 8;   // of a batch
  std::size_t states = 8;  // of each task
  double temperature = 0.05;
  double dropout = 0.1;
  double learning_rate = 1e-3;  // after a twentieth of the steps; falls to nothing along a cosine
  std::uint64_t seed = 0;
};

struct ContrastiveStep {
  std::int64_t step = 0;
  double loss = 0;      // InfoNCE, in nats
  double accuracy = 0;  // share of programs whose other view is the nearest
};

// From the weights that the module has. `report` is called after every step; false ends the training in order.
// Equal states of a batch count once.
void train_contrastive(EncoderModule& encoder, std::span<const MeasuredTask> tasks, const ContrastiveOptions& options,
                       const std::function<bool(const ContrastiveStep&)>& report);

}  // namespace tilecast
