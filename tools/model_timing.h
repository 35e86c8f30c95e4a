// One model, tuned in several ways: compiled from each way's record log, and all timed in turns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model_remeasurement.h"
#include "profile/block_times.h"
#include "profile/peer_process.h"

namespace tilecast::tools {

struct ModelTimingOptions {
  int threads = 2;  // of every side
  int blocks = 10;
  int runs = 5;
  double tolerance = 1e-3;                 // of the outputs' difference relative to their largest element
  std::vector<std::string> shapes;         // NAME=1,3,224,224
  std::optional<PeerOptions> onnxruntime;  // none: it has no turn
};

struct TunedModel {
  std::string name;           // of the way, in messages
  std::filesystem::path log;  // its records
};

struct ModelTimes {
  std::vector<BlockSamples> seconds;            // in the order of the logs
  std::optional<OnnxruntimeTimes> onnxruntime;  // where it was asked for
  double relative_error = 0;                    // the largest difference of any outputs from those of the first log
  double disturbance = 0;                       // as BlockTimes has it
};

// All get the same random inputs of `input_seed`, and run in this process, onnxruntime apart. Log number `first` is the
// first in each block, the others come after it in their order. Fails when the model cannot be compiled or run on any
// side, when outputs differ by more than the tolerance, and when stop_requested().
Result<ModelTimes> time_model(const std::filesystem::path& model, std::span<const TunedModel> tuned, std::size_t first,
                              std::uint64_t input_seed, const ModelTimingOptions& options);

}  // namespace tilecast::tools
