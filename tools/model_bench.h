// One model compiled, run and timed next to onnxruntime and perhaps PyTorch: what `tilecast bench models` does with
// each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "profile/model_comparison.h"
#include "profile/peer_process.h"
#include "profile/profile.h"

namespace tilecast::tools {

struct ModelBenchOptions {
  std::vector<PeerOptions> peers;  // onnxruntime first: its Python also makes the random inputs
  int threads = 2;                 // of every side
  int blocks = 10;
  int runs = 5;
  std::uint64_t seed = 0;           // of the random inputs
  std::vector<std::string> inputs;  // NAME=FILE.npy for all inputs; empty: random ones by the model's recipes
  std::vector<std::string> shapes;  // NAME=1,3,224,224
  double tolerance = 1e-3;          // of the outputs' difference relative to their largest element
};

struct ModelBenchEntry {
  std::string name;
  std::filesystem::path model;     // the ONNX file
  std::filesystem::path records;   // empty: default schedules
  std::filesystem::path compiled;  // what `tilecast compile` wrote from it; empty: compile it now
};

struct ModelBenchResult {
  ModelComparison comparison;
  Profile profile;  // a row a call
};

// Fails when the model cannot be compiled or run on any side, when outputs differ by more than the tolerance, and
// when stop_requested().
Result<ModelBenchResult> bench_model(const ModelBenchEntry& entry, const ModelBenchOptions& options,
                                     const MachinePeaks& peaks);

}  // namespace tilecast::tools
