#include <fmt/format.h>

#include "stop_flag.h"
#include "train_parts.h"
#include "worldmodel/world_model.h"

namespace tilecast::tools {
namespace {

constexpr std::int64_t kSaveSteps = 200;

// All that must be the same for a training to go on from a state.
std::map<std::string, std::string> conditions(const TrainArguments& arguments, const TrainingSet& set) {
  const ContrastiveOptions& options = arguments.encoder;
  std::map<std::string, std::string> result = new_world_model_file().metadata;
  result.insert({{"data", set.hash},
                 {"seed", std::to_string(arguments.seed)},
                 {"steps", std::to_string(options.steps)},
                 {"tasks of a batch", std::to_string(options.tasks)},
                 {"states of a task", std::to_string(options.states)},
                 {"temperature", fmt::format("{}", options.temperature)},
                 {"dropout", fmt::format("{}", options.dropout)},
                 {"share of texts reordered", fmt::format("{}", options.augmentation.reordered)},
                 {"share of texts renamed", fmt::format("{}", options.augmentation.renamed)},
                 {"share of loops inside one that runs once", fmt::format("{}", options.augmentation.unit_loops)},
                 {"learning rate", fmt::format("{}", options.learning_rate)},
                 {"width", std::to_string(arguments.size.width)},
                 {"layers", std::to_string(arguments.size.line_layers)},
                 {"latent width", std::to_string(arguments.size.latent)}});
  return result;
}

Status check_conditions(const TensorFile& state, const std::map<std::string, std::string>& expected,
                        const std::filesystem::path& file) {
  const auto difference = metadata_difference(state, expected);
  if (!difference) return Unit{};
  return Error{fmt::format("{} is the state of a training with {} {}, not {}; remove it to train anew", file.string(),
                           difference->name, difference->actual, difference->expected)};
}

// An encoder's training with its files.
class EncoderRun {
 public:
  EncoderRun(const TrainArguments& arguments, const TrainingSet& set)
      : arguments_(arguments),
        set_(set),
        conditions_(conditions(arguments, set)),
        encoder_(new_encoder(arguments)),
        training_(encoder_, arguments.encoder),
        progress_(arguments.curves, "encoder") {}

  Status run() {
    TILECAST_CHECK(resume());
    while (training_.done() < arguments_.encoder.steps && !stop_requested()) {
      const ContrastiveStep step = training_.step(set_.tasks);
      progress_.add(step.step, arguments_.encoder.steps, {{"loss", step.loss}, {"accuracy", step.accuracy}});
      if (step.step % kSaveSteps == 0) TILECAST_CHECK(save());
    }
    if (training_.done() < arguments_.encoder.steps) {
      fmt::print("encoder: stopped after step {}; the same command goes on\n", training_.done());
    }
    return save();
  }

 private:
  static EncoderModule new_encoder(const TrainArguments& arguments) {
    torch::manual_seed(arguments.seed);
    return EncoderModule(arguments.size);
  }

  Status resume() {
    const std::filesystem::path file = state_file(arguments_.output);
    if (!std::filesystem::exists(file)) return Unit{};
    TILECAST_TRY(const TensorFile state, read_tensor_file(file));
    TILECAST_CHECK(check_conditions(state, conditions_, file));
    const Status read = training_.read_from(state);
    if (!read.ok()) return Error{fmt::format("{}: {}", file.string(), read.error().message)};
    copy_training("encoder", state, known_);
    fmt::print("encoder: goes on after step {} of {}, from {}\n", training_.done(), arguments_.encoder.steps,
               file.string());
    return Unit{};
  }

  // What a run says of itself that had nothing left to do is what its state says.
  void describe(TensorFile& file) const {
    copy_training("encoder", known_, file);
    if (progress_.means().empty()) return;
    write_training("encoder", part_training(set_, arguments_.seed, training_.done(), progress_), file);
  }

  // The state last: where it is, the output is as new.
  Status save() const {
    TensorFile model = new_world_model_file();
    encoder_.parameters().write_to(model);
    describe(model);
    TILECAST_CHECK(write_tensor_file(arguments_.output, model));
    TensorFile state{.metadata = conditions_};
    training_.write_to(state);
    describe(state);
    return write_tensor_file(state_file(arguments_.output), state);
  }

  const TrainArguments& arguments_;
  const TrainingSet& set_;
  std::map<std::string, std::string> conditions_;
  EncoderModule encoder_;
  ContrastiveTraining training_;
  TrainProgress progress_;
  TensorFile known_;  // what the state said of the training so far
};

}  // namespace

std::filesystem::path state_file(const std::filesystem::path& output) {
  return output.string() + ".state";
}

Status train_encoder(const TrainArguments& arguments, const TrainingSet& set) {
  return EncoderRun(arguments, set).run();
}

}  // namespace tilecast::tools
