#include "model_timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "base/temp_directory.h"
#include "make_directory.h"
#include "model_inputs.h"
#include "model_sides.h"
#include "runtime/package/loaded_package.h"
#include "stop_flag.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

class ModelTimer {
 public:
  ModelTimer(const fs::path& model, const ModelTimingOptions& options, fs::path work)
      : model_(model), options_(options), work_(std::move(work)) {}

  Result<ModelTimes> time(std::span<const TunedModel> tuned, std::size_t first, std::uint64_t input_seed) {
    for (const TunedModel& each : tuned) TILECAST_CHECK(load(each));
    const fs::path inputs = work_ / "inputs";
    TILECAST_CHECK(make_directory(inputs));
    TILECAST_TRY(inputs_, write_random_inputs(packages_.front().inputs(), input_seed, inputs));
    TILECAST_CHECK(run_once(tuned));
    if (options_.onnxruntime) TILECAST_CHECK(start_peer(*options_.onnxruntime));
    TILECAST_CHECK(take_turns(tuned, first));
    return std::move(result_);
  }

 private:
  Status load(const TunedModel& tuned) {
    const std::string number = fmt::format("{}", packages_.size());
    const fs::path directory = work_ / number;
    TILECAST_CHECK(
        compile_model({model_, tuned.log, options_.shapes, options_.threads}, directory, work_ / (number + ".log")));
    TILECAST_TRY(LoadedPackage package, LoadedPackage::open(directory));
    packages_.push_back(std::move(package));
    TILECAST_TRY(PackageInstance instance, PackageInstance::create(packages_.back(), options_.threads));
    instances_.push_back(std::move(instance));
    return Unit{};
  }

  // All on the inputs, and agreeing with the first.
  Status run_once(std::span<const TunedModel> tuned) {
    ModelInputs inputs;
    for (const auto& [name, file] : inputs_) inputs.files.push_back(name + "=" + file.string());
    for (std::size_t i = 0; i < instances_.size(); ++i) {
      TILECAST_CHECK(set_inputs(inputs, packages_[i], instances_[i]));
      TILECAST_CHECK(instances_[i].run());
    }
    TILECAST_TRY(const ModelOutputs first, package_outputs(tuned.front().name, packages_.front(), instances_.front()));
    for (std::size_t i = 1; i < instances_.size(); ++i) {
      const auto difference = largest_difference(packages_[i], instances_[i], first, options_.tolerance);
      if (!difference.ok()) return Error{fmt::format("{}: {}", tuned[i].name, difference.error().message)};
      result_.relative_error = std::max(result_.relative_error, *difference);
    }
    return Unit{};
  }

  Status start_peer(const PeerOptions& options) {
    TILECAST_TRY(peer_, PeerProcess::start(options, work_ / "peer.log"));
    TILECAST_TRY(std::string version, peer_->load(model_, options_.threads));
    TILECAST_CHECK(peer_->set_inputs(inputs_));
    TILECAST_TRY(const ModelOutputs theirs, peer_outputs(*peer_, packages_.front(), work_));
    TILECAST_TRY(const double difference,
                 largest_difference(packages_.front(), instances_.front(), theirs, options_.tolerance));
    result_.relative_error = std::max(result_.relative_error, difference);
    result_.onnxruntime = OnnxruntimeTimes{.version = std::move(version)};
    return Unit{};
  }

  Status take_turns(std::span<const TunedModel> tuned, std::size_t first) {
    std::vector<BlockSide> sides;
    for (std::size_t turn = 0; turn < tuned.size(); ++turn) {
      const std::size_t i = (first + turn) % tuned.size();
      sides.push_back(package_side(tuned[i].name, instances_[i]));
    }
    if (peer_) sides.push_back(peer_side(*peer_));
    TILECAST_TRY(BlockTimes times,
                 alternate(sides, {.blocks = options_.blocks, .runs = options_.runs, .stopped = stop_requested}));
    result_.seconds.resize(tuned.size());
    for (std::size_t turn = 0; turn < tuned.size(); ++turn) {
      result_.seconds[(first + turn) % tuned.size()] = std::move(times.sides[turn]);
    }
    if (peer_) result_.onnxruntime->seconds = std::move(times.sides.back());
    result_.disturbance = times.disturbance;
    return Unit{};
  }

  const fs::path& model_;
  const ModelTimingOptions& options_;
  const fs::path work_;
  // Instances point to their packages and sides to instances: none may move.
  std::deque<LoadedPackage> packages_;
  std::deque<PackageInstance> instances_;
  TensorFiles inputs_;
  std::optional<PeerProcess> peer_;
  ModelTimes result_;
};

}  // namespace

Result<ModelTimes> time_model(const fs::path& model, std::span<const TunedModel> tuned, std::size_t first,
                              std::uint64_t input_seed, const ModelTimingOptions& options) {
  TILECAST_TRY(const TempDirectory work, TempDirectory::create("tilecast-bench"));
  return ModelTimer(model, options, work.path()).time(tuned, first, input_seed);
}

}  // namespace tilecast::tools
