// tilecast-trainer: what `tilecast train` starts; apart from `tilecast` because it alone needs libtorch.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>
#include <tuple>

#include "base/stopwatch.h"
#include "commands.h"
#include "record/dataset_file.h"
#include "stop_flag.h"
#include "task_records.h"
#include "worldmodel/training/contrastive_training.h"
#include "worldmodel/training/transition_training.h"
#include "worldmodel/world_model.h"

namespace tilecast::tools {
namespace {

struct TrainArguments {
  std::vector<std::filesystem::path> files;
  std::filesystem::path output;
  std::filesystem::path curves;
  std::string part = "all";
  std::filesystem::path encoder_from;
  EncoderSize size;
  ContrastiveOptions encoder;
  TransitionOptions transition;
  std::string kind = std::string(transition_name(TransitionKind::kTransH));
  std::size_t programs = 24;
  std::uint64_t seed = 0;
};

constexpr double kReportSeconds = 5;

// Prints now and then, and writes each step as a line of JSON where a file was asked for.
class Progress {
 public:
  Progress(const std::filesystem::path& curves, std::string part) : part_(std::move(part)) {
    if (!curves.empty()) stream_.open(curves, std::ios::app);
  }
  void add(std::int64_t step, std::int64_t steps, const std::vector<std::pair<const char*, double>>& values) {
    nlohmann::json line = {{"part", part_}, {"step", step}};
    std::string text;
    for (const auto& [name, value] : values) {
      line[name] = value;
      double& mean = means_[name];
      mean = step == 1 ? value : 0.95 * mean + 0.05 * value;
      text += fmt::format(", {} {:.4f}", name, mean);
    }
    if (stream_.is_open()) stream_ << line.dump() << std::endl;
    if (seconds_since(printed_) < kReportSeconds && step != steps) return;
    printed_ = std::chrono::steady_clock::now();
    fmt::print("{:7.1f} s  {} {} of {}{}\n", seconds_since(start_), part_, step, steps, text);
    std::fflush(stdout);
  }

 private:
  std::string part_;
  std::ofstream stream_;
  std::map<std::string, double> means_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point printed_ = start_;
};

// Each task, machine and number of threads once, whichever files its programs are in.
Result<std::vector<MeasuredTask>> training_tasks(const TrainArguments& arguments) {
  std::vector<MeasuredTask> tasks;
  std::map<std::tuple<std::string, std::string, int>, std::size_t> place;
  for (const std::filesystem::path& file : arguments.files) {
    TILECAST_TRY(const std::vector<TaskRecords> groups, read_training_records(file));
    for (const TaskRecords& group : groups) {
      const auto [found, is_new] =
          place.try_emplace({group.task.task.key, group.hardware.fingerprint, group.threads}, tasks.size());
      if (is_new) tasks.push_back({group.task.initial});
      MeasuredTask& task = tasks[found->second];
      for (const MeasureRecord& record : group.records) {
        task.trajectories.push_back(record.trajectory);
        task.seconds.push_back(record.seconds());
      }
    }
  }
  if (tasks.empty()) return Error{"no measured programs of the training split to learn from"};
  return tasks;
}

Status train_encoder(const TrainArguments& arguments, std::span<const MeasuredTask> tasks) {
  torch::manual_seed(arguments.seed);
  EncoderModule encoder(arguments.size);
  TensorFile file = new_world_model_file();
  constexpr std::int64_t kSaveSteps = 200;
  Status saved = Unit{};
  Progress progress(arguments.curves, "encoder");
  ContrastiveOptions options = arguments.encoder;
  options.seed = arguments.seed;
  train_contrastive(encoder, tasks, options, [&](const ContrastiveStep& step) {
    progress.add(step.step, options.steps, {{"loss", step.loss}, {"accuracy", step.accuracy}});
    if (step.step % kSaveSteps == 0) {
      encoder.parameters().write_to(file);
      saved = write_tensor_file(arguments.output, file);
    }
    return saved.ok() && !stop_requested();
  });
  TILECAST_CHECK(saved);
  encoder.parameters().write_to(file);
  return write_tensor_file(arguments.output, file);
}

// An encoder that others trained, in place of one that learns here.
Status take_encoder(const TrainArguments& arguments) {
  TILECAST_TRY(TensorFile roberta, read_roberta_directory(arguments.encoder_from));
  TensorFile file = new_world_model_file();
  add_pretrained_encoder(std::move(roberta), file);
  const auto encoder = TextEncoder::from(file);
  if (!encoder.ok()) return Error{fmt::format("{}: {}", arguments.encoder_from.string(), encoder.error().message)};
  return write_tensor_file(arguments.output, file);
}

Status train_transition_part(const TrainArguments& arguments, std::span<const MeasuredTask> tasks) {
  TILECAST_TRY(TensorFile file, read_tensor_file(arguments.output));
  TILECAST_TRY(const TextEncoder encoder, TextEncoder::from(file));
  const auto start = std::chrono::steady_clock::now();
  const int threads = static_cast<int>(std::thread::hardware_concurrency());
  std::vector<std::vector<Rollout>> rollouts =
      encode_rollouts(tasks, encoder, arguments.programs, threads, stop_requested);
  if (stop_requested()) return Unit{};
  std::size_t count = 0;
  for (const auto& of_task : rollouts) count += of_task.size();
  if (count == 0) return Error{"no trajectory of the measured programs can be replayed with the actions of today"};
  const auto width = static_cast<std::int64_t>(encoder.latent_width());
  const double dimensions = effective_dimensions(rollouts, width);
  if (!file.tensors.contains("encoder.latent.weight")) reduce_latents(rollouts, width, arguments.size.latent, file);
  standardise_latents(rollouts, file);
  fmt::print("{:7.1f} s  {} trajectories encoded; their latents spread over {:.1f} of {} dimensions\n",
             seconds_since(start), count, dimensions, encoder.latent_width());
  TransitionOptions options = arguments.transition;
  options.kind = *transition_from_name(arguments.kind);
  options.seed = arguments.seed;
  Progress progress(arguments.curves, "transition");
  train_transition(
      rollouts, options,
      [&](const TransitionStep& step) {
        progress.add(step.step, options.steps, {{"error", step.error}, {"cosine", step.cosine}, {"value", step.value}});
        return !stop_requested();
      },
      file);
  return write_tensor_file(arguments.output, file);
}

Status run_train(const TrainArguments& arguments) {
  watch_for_stop();
  if (arguments.part == "transition" && !arguments.encoder_from.empty()) {
    return Error{"--encoder-from replaces the encoder, which --part transition keeps; leave one of them out"};
  }
  TILECAST_TRY(const std::vector<MeasuredTask> tasks, training_tasks(arguments));
  fmt::print("{} tasks, part {}, seed {}\n", tasks.size(), arguments.part, arguments.seed);
  std::fflush(stdout);
  if (arguments.part != "transition") {
    TILECAST_CHECK(arguments.encoder_from.empty() ? train_encoder(arguments, tasks) : take_encoder(arguments));
  }
  if (arguments.part != "encoder" && !stop_requested()) TILECAST_CHECK(train_transition_part(arguments, tasks));
  return Unit{};
}

int train_main(int argc, char** argv) {
  CLI::App app("Train a world model on measured programs.", "tilecast train");
  TrainArguments arguments;
  app.add_option("FILE", arguments.files, "files of a dataset (of which the training split), or record logs")
      ->required();
  app.add_option("-o,--output", arguments.output, "the model, one file")->required();
  app.add_option("--part", arguments.part, "encoder, transition (of the model that is there), or both")
      ->check(CLI::IsMember({"all", "encoder", "transition"}))
      ->capture_default_str();
  app.add_option("--encoder-from", arguments.encoder_from,
                 "take the encoder from this directory instead of training one: CodeBERT, or another RoBERTa model "
                 "(config.json, vocab.json, merges.txt, model.safetensors)");
  app.add_option("--transition", arguments.kind, "how an action moves a latent")
      ->check(CLI::IsMember(transition_names()))
      ->capture_default_str();
  app.add_option("--curves", arguments.curves, "JSON lines, one a step; appended");
  app.add_option("--encoder-steps", arguments.encoder.steps, "batches that the encoder learns from")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--transition-steps", arguments.transition.steps, "batches that the transition learns from")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--value-weight", arguments.transition.value_weight,
                 "how much the transition learns from the measured times; 0: from the texts alone")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--programs", arguments.programs, "trajectories of each task that the transition learns from, at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", arguments.seed, "of all random numbers")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Status status = run_train(arguments);
  return status.ok() ? 0 : report_error(status.error().message);
}

}  // namespace
}  // namespace tilecast::tools

int main(int argc, char** argv) {
  return tilecast::tools::train_main(argc, argv);
}
