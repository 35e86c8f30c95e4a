// Another runtime in a process of its own, driven by a script of scripts/models, to be compared with.
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

// A runtime that there is a script for.
struct PeerKind {
  std::string name;    // in messages and tables; a key in JSON
  std::string script;  // its file's name
  std::string remedy;  // what to do when its Python cannot be started
};
PeerKind onnxruntime_peer();
PeerKind pytorch_peer();

struct PeerOptions {
  PeerKind kind;
  std::filesystem::path python;        // with the runtime
  std::filesystem::path scripts;       // the folder of the scripts
  std::vector<std::string> arguments;  // of the script
};

// A process with one model. Everything fails with one line when the process ends, is silent for minutes, or reports an
// error. Between its answers it waits for the next request and, once its threads have come to rest, uses no CPU time.
class PeerProcess {
 public:
  // Messages of the process go to `log`.
  static Result<PeerProcess> start(const PeerOptions& options, const std::filesystem::path& log);

  const std::string& name() const { return kind_.name; }
  pid_t pid() const { return child_.pid(); }

  // `threads` work on one operator, one operator at a time; all optimizations are on. Returns the runtime's version.
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
    std::int64_t library_bytes = 0;  // of the runtime's shared libraries
    std::int64_t model_bytes = 0;    // of the model's graph and weights
  };
  Result<Sizes> sizes();

 private:
  PeerProcess(PeerKind kind, ChildProcess child, std::filesystem::path log)
      : kind_(std::move(kind)), child_(std::move(child)), log_(std::move(log)) {}
  Result<nlohmann::json> ask(const nlohmann::json& request);
  template <class T>
  Result<T> get(const nlohmann::json& answer, const char* name) const;

  PeerKind kind_;
  ChildProcess child_;
  std::filesystem::path log_;
};

}  // namespace tilecast
