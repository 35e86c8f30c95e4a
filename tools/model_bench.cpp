#include "model_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/child_process.h"
#include "base/temp_directory.h"
#include "model_inputs.h"
#include "model_sides.h"
#include "stop_flag.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

// For the profile, and for the peak of memory.
constexpr int kProfileRuns = 20;
constexpr int kMemoryRuns = 3;

std::int64_t bytes_of_files(const fs::path& directory) {
  std::int64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += static_cast<std::int64_t>(entry.file_size());
  }
  return bytes;
}

class ModelBench {
 public:
  ModelBench(const ModelBenchEntry& entry, const ModelBenchOptions& options, fs::path work)
      : entry_(entry), options_(options), work_(std::move(work)) {}

  Result<ModelBenchResult> run(const MachinePeaks& peaks) {
    TILECAST_CHECK(compile());
    TILECAST_TRY(const Manifest manifest, read_manifest(directory_));
    TILECAST_TRY(const LoadedPackage package, LoadedPackage::open(directory_));
    TILECAST_TRY(PackageInstance instance, PackageInstance::create(package, options_.threads));
    TILECAST_CHECK(make_inputs(package));
    ModelInputs inputs;
    for (const auto& [name, file] : files_) inputs.files.push_back(name + "=" + file.string());
    TILECAST_CHECK(set_inputs(inputs, package, instance));
    TILECAST_CHECK(instance.run());
    for (const PeerOptions& peer : options_.peers) TILECAST_CHECK(start_peer(peer, package, instance));
    result_.comparison.model = entry_.name;
    result_.comparison.threads = options_.threads;
    print_start(manifest);
    TILECAST_CHECK(time(instance));
    TILECAST_CHECK(find_sizes(inputs));
    TILECAST_TRY(result_.profile, profile_model(manifest, package, instance, options_.threads, kProfileRuns, peaks));
    result_.profile.model = entry_.name;
    result_.comparison.flops = result_.profile.flops();
    return std::move(result_);
  }

 private:
  void print_start(const Manifest& manifest) const {
    const auto tuned = std::count_if(manifest.kernels.begin(), manifest.kernels.end(),
                                     [](const ManifestKernel& kernel) { return kernel.seconds.has_value(); });
    fmt::print("{}: {} of {} tasks tuned, {}, relative error {:.1e}; {} blocks of {} runs, {} threads\n", entry_.name,
               tuned, manifest.kernels.size(), fmt::join(versions_, ", "), result_.comparison.relative_error(),
               options_.blocks, options_.runs, options_.threads);
    std::fflush(stdout);
  }

  Status compile() {
    directory_ = entry_.compiled;
    if (!directory_.empty()) return Unit{};
    directory_ = work_ / "compiled";
    return compile_model({entry_.model, entry_.records, options_.shapes, options_.threads}, directory_,
                         work_ / "compile.log");
  }

  // Fills files_: the files that were given, or those that the model's recipes make from the seed.
  Status make_inputs(const LoadedPackage& package) {
    TILECAST_TRY(files_, parse_inputs(options_.inputs, package.inputs()));
    if (!files_.empty()) return Unit{};
    const fs::path directory = work_ / "inputs";
    std::vector<std::string> arguments{(options_.peers.front().scripts / "make_inputs.py").string(),
                                       entry_.model.string(),
                                       "--output",
                                       directory.string(),
                                       "--seed",
                                       fmt::format("{}", options_.seed)};
    for (const std::string& shape : options_.shapes) arguments.insert(arguments.end(), {"--shape", shape});
    TILECAST_CHECK(run_program(options_.peers.front().python, std::move(arguments), work_ / "inputs.log"));
    for (const PackageTensor& tensor : package.inputs()) {
      files_[tensor.name] = directory / npy_file_name(tensor.name);
    }
    return Unit{};
  }

  // With the model and its inputs, when its outputs are those of `instance`, which has run.
  Status start_peer(const PeerOptions& options, const LoadedPackage& package, PackageInstance& instance) {
    const std::string& name = options.kind.name;
    TILECAST_TRY(PeerProcess peer, PeerProcess::start(options, work_ / (name + ".log")));
    TILECAST_TRY(const std::string version, peer.load(entry_.model, options_.threads));
    versions_.push_back(name + " " + version);
    TILECAST_CHECK(peer.set_inputs(files_));
    TILECAST_TRY(const ModelOutputs want, peer_outputs(peer, package, work_));
    TILECAST_TRY(const double error, largest_difference(package, instance, want, options_.tolerance));
    result_.comparison.peers.push_back({.name = name, .relative_error = error});
    peers_.push_back(std::move(peer));
    return Unit{};
  }

  Status time(PackageInstance& instance) {
    std::vector<BlockSide> sides{package_side("tilecast", instance)};
    for (PeerProcess& peer : peers_) sides.push_back(peer_side(peer));
    TILECAST_TRY(result_.comparison.times,
                 alternate(sides, {.blocks = options_.blocks, .runs = options_.runs, .stopped = stop_requested}));
    return Unit{};
  }

  // Our memory is that of `tilecast run`, a process that does nothing else: this one has the peaks and outputs as well.
  Status find_sizes(const ModelInputs& inputs) {
    std::vector<std::string> arguments{"run",       directory_.string(),
                                       "--repeat",  fmt::format("{}", kMemoryRuns),
                                       "--threads", fmt::format("{}", options_.threads),
                                       "--json"};
    for (const std::string& input : inputs.files) arguments.insert(arguments.end(), {"--input", input});
    TILECAST_TRY(const std::string line,
                 run_program(directory_of_this_program() / "tilecast", std::move(arguments), work_ / "run.log"));
    const auto json = nlohmann::json::parse(line);
    result_.comparison.tilecast = {.memory_before_bytes = json.at("memory_before_bytes").get<std::int64_t>(),
                                   .memory_peak_bytes = json.at("memory_peak_bytes").get<std::int64_t>(),
                                   .shipped_bytes = bytes_of_files(directory_)};
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      TILECAST_TRY(const PeerProcess::Memory memory, peers_[i].memory());
      TILECAST_TRY(const PeerProcess::Sizes sizes, peers_[i].sizes());
      result_.comparison.peers[i].sizes = {.memory_before_bytes = memory.before_bytes,
                                           .memory_peak_bytes = memory.peak_bytes,
                                           .shipped_bytes = sizes.library_bytes + sizes.model_bytes};
    }
    return Unit{};
  }

  const ModelBenchEntry& entry_;
  const ModelBenchOptions& options_;
  const fs::path work_;
  fs::path directory_;
  TensorFiles files_;
  std::vector<PeerProcess> peers_;
  std::vector<std::string> versions_;
  ModelBenchResult result_;
};

}  // namespace

Result<ModelBenchResult> bench_model(const ModelBenchEntry& entry, const ModelBenchOptions& options,
                                     const MachinePeaks& peaks) {
  TILECAST_TRY(const TempDirectory work, TempDirectory::create("tilecast-bench"));
  return ModelBench(entry, options, work.path()).run(peaks);
}

}  // namespace tilecast::tools
