// Contrastive training of the encoder (SimCSE: Gao et al., EMNLP 2021): two views of a program, under different dropout
// and one of them as another text that means the same, are to be nearer to each other than to any other of the batch.
#pragma once

#include <span>

#include "worldmodel/text_augmentation.h"
#include "worldmodel/training/encoder_module.h"
#include "worldmodel/training/scheduled_adam.h"
#include "worldmodel/training/training_data.h"

namespace tilecast {

struct ContrastiveOptions {
  std::int64_t steps = 1000;
  std::size_t tasks = 8;   // of a batch
  std::size_t states = 8;  // of each task
  double temperature = 0.05;
  double dropout = 0.1;
  AugmentationShares augmentation;
  double learning_rate = 1e-3;  // after a twentieth of the steps; falls to nothing along a cosine
  std::uint64_t seed = 0;
};

struct ContrastiveStep {
  std::int64_t step = 0;
  double loss = 0;      // InfoNCE, in nats
  double accuracy = 0;  // share of programs whose other view is the nearest
};

class ContrastiveTraining {
 public:
  // From the weights that the module has; it must outlive this.
  ContrastiveTraining(EncoderModule& encoder, const ContrastiveOptions& options);

  // One step on a batch of the tasks' states. Equal states of a batch count once. What is random in a step follows from
  // the seed and the step's number alone.
  ContrastiveStep step(std::span<const MeasuredTask> tasks);
  // Steps so far.
  std::int64_t done() const { return adam_.done(); }

  // All that it takes to go on: weights, moments and steps. A training that takes them over ends where this one would.
  void write_to(TensorFile& file) const;
  // Errors name what is missing or has another shape.
  Status read_from(const TensorFile& file);

 private:
  EncoderModule& encoder_;
  ContrastiveOptions options_;
  ScheduledAdam adam_;
};

}  // namespace tilecast
