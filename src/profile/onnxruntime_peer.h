// onnxruntime in a process of its own (scripts/models/onnxruntime_peer.py), to be compared with.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/child_process.h"
#include "base/result.h"

namespace tilecast {

// Files of tensors (.npy) by the tensors' names.
using TensorFiles = std::map<std::string, std::filesystem::path>;

struct PeerOptions {
  std::filesystem::path python;   // with onnxruntime
  std::filesystem::path scripts;  // the folder of onnxruntime_peer.py and make_inputs.py
};

// A session with one model. Everything fails with one line when the process ends, is silent for minutes, or reports an
// error. Between its answers it waits for the next request and, once its threads have come to rest, uses no CPU time.
class OnnxruntimePeer {
 public:
  // Messages of the process go to `log`.
  static Result<OnnxruntimePeer> start(const PeerOptions& options, const std::filesystem::path& log);

  pid_t pid() const { return child_.pid(); }

  // `threads` work on one operator, one operator at a time; all optimizations are on. Returns onnxruntime's version.
  Result<std::string> load(const std::filesystem::path& model, int threads);
  Status set_inputs(const TensorFiles& files);
  // The seconds of each of `runs` runs after `warmup` ones that do not count.
  Result<std::vector<double>> run(int warmup, int runs);
  // Runs once and writes the outputs into `directory`.
  Result<TensorFiles> write_outputs(const std::filesystem::path& directory);

  struct Memory {
    std::int64_t before_bytes = 0;  // of the process when the libraries were loaded, but no model
    std::int64_t peak_bytes = 0;    // the most so far
  };
  Result<Memory> memory();
  struct Sizes {
    std::int64_t library_bytes = 0;  // of onnxruntime's shared library
    std::int64_t model_bytes = 0;    // of the ONNX file and the files of weights that it names
  };
  Result<Sizes> sizes();

 private:
  OnnxruntimePeer(ChildProcess child, std::filesystem::path log) : child_(std::move(child)), log_(std::move(log)) {}
  Result<nlohmann::json> ask(const nlohmann::json& request);

  ChildProcess child_;
  std::filesystem::path log_;
};

}  // namespace tilecast
