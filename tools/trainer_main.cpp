// tilecast-trainer: what `tilecast train` starts; apart from `tilecast` because it alone needs libtorch.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <bit>
#include <chrono>
#include <map>
#include <thread>
#include <tuple>

#include "base/hash.h"
#include "base/stopwatch.h"
#include "commands.h"
#include "record/dataset_file.h"
#include "stop_flag.h"
#include "task_records.h"
#include "train_parts.h"
#include "worldmodel/world_model.h"

namespace tilecast::tools {
namespace {

void add_group(const TaskRecords& group, MeasuredTask& task, TrainingSet& set, StableHash& hash) {
  hash.add_bytes(group.task.task.key);
  hash.add_bytes(group.machine.hardware.fingerprint);
  hash.add_int(static_cast<std::uint64_t>(group.machine.threads));
  for (const MeasureRecord& record : group.records) {
    task.trajectories.push_back(record.trajectory);
    task.seconds.push_back(record.seconds());
    hash.add_int(trajectory_hash(record.trajectory));
    hash.add_int(std::bit_cast<std::uint64_t>(record.seconds()));
  }
  set.records += group.records.size();
}

// Each task, machine and number of threads once, whichever files its programs are in.
Result<TrainingSet> training_set(const TrainArguments& arguments) {
  TrainingSet set;
  StableHash hash;
  std::map<std::tuple<std::string, std::string, int>, std::size_t> place;
  for (const std::filesystem::path& file : arguments.files) {
    TILECAST_TRY(std::vector<TaskRecords> groups, read_training_records(file));
    for (TaskRecords& group : groups) {
      const auto [found, is_new] = place.try_emplace(
          {group.task.task.key, group.machine.hardware.fingerprint, group.machine.threads}, set.tasks.size());
      if (is_new) set.tasks.push_back({group.task.initial});
      add_group(group, set.tasks[found->second], set, hash);
      set.groups.push_back(std::move(group));
    }
  }
  if (set.tasks.empty()) return Error{"no measured programs of the training split to learn from"};
  set.hash = hash_to_hex(hash.finish());
  return set;
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

Status train_transition_part(const TrainArguments& arguments, const TrainingSet& set) {
  TILECAST_TRY(TensorFile file, read_tensor_file(arguments.output));
  TILECAST_TRY(const TextEncoder encoder, TextEncoder::from(file));
  const auto start = std::chrono::steady_clock::now();
  const int threads = static_cast<int>(std::thread::hardware_concurrency());
  std::vector<std::vector<Rollout>> rollouts =
      encode_rollouts(set.tasks, encoder, arguments.programs, threads, stop_requested);
  if (stop_requested()) return Unit{};
  std::size_t count = 0;
  for (const auto& of_task : rollouts) count += of_task.size();
  if (count == 0) return Error{"no trajectory of the measured programs can be replayed with the actions of today"};
  const auto width = static_cast<std::int64_t>(encoder.latent_width());
  const double dimensions = effective_dimensions(rollouts, width);
  if (!file.tensors.contains("encoder.latent.weight")) reduce_latents(rollouts, width, arguments.size.latent, file);
  standardise_latents(rollouts, file);
  fmt::print(
      "{:7.1f} s  {} trajectories, of which at most {} a task encoded; their latents spread over {:.1f} of {} "
      "dimensions\n",
      seconds_since(start), count, arguments.programs, dimensions, encoder.latent_width());
  TransitionOptions options = arguments.transition;
  options.kind = *transition_from_name(arguments.kind);
  std::int64_t steps = 0;
  TrainProgress progress(arguments.curves, "transition");
  train_transition(
      rollouts, options,
      [&](const TransitionStep& step) {
        steps = step.step;
        progress.add(step.step, options.steps, {{"error", step.error}, {"cosine", step.cosine}, {"value", step.value}});
        return !stop_requested();
      },
      file);
  remove_trees(file);
  write_training("transition", part_training(set, arguments.seed, steps, progress), file);
  return write_tensor_file(arguments.output, file);
}

Status run_train(const TrainArguments& arguments) {
  watch_for_stop();
  if (!arguments.trains("encoder") && !arguments.encoder_from.empty()) {
    return Error{fmt::format("--encoder-from replaces the encoder, which --part {} keeps; leave one of them out",
                             arguments.part)};
  }
  TILECAST_TRY(const TrainingSet set, training_set(arguments));
  fmt::print("{} programs of {} tasks (data {}), part {}, seed {}\n", set.records, set.tasks.size(), set.hash,
             arguments.part, arguments.seed);
  std::fflush(stdout);
  if (arguments.trains("encoder")) {
    TILECAST_CHECK(arguments.encoder_from.empty() ? train_encoder(arguments, set) : take_encoder(arguments));
  }
  if (arguments.trains("transition") && !stop_requested()) TILECAST_CHECK(train_transition_part(arguments, set));
  if (arguments.trains("trees") && !stop_requested()) TILECAST_CHECK(train_trees(arguments, set));
  // What was not cut off has nothing to go on with.
  std::error_code ignored;
  if (arguments.trains("encoder") && !stop_requested()) std::filesystem::remove(state_file(arguments.output), ignored);
  return Unit{};
}

int train_main(int argc, char** argv) {
  CLI::App app("Train a world model on measured programs.", "tilecast train");
  TrainArguments arguments;
  app.add_option("FILE", arguments.files, "files of a dataset (of which the training split), or record logs")
      ->required();
  app.add_option("-o,--output", arguments.output,
                 "the model, one file; beside it FILE.state, from which the same command goes on when it was cut off")
      ->required();
  app.add_option(
         "--part", arguments.part,
         "encoder, transition or trees (of the model that is there), or all, one after the other; what was learnt "
         "on top of a part is gone with it")
      ->check(CLI::IsMember({"all", "encoder", "transition", "trees"}))
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
                 "how much the measured times weigh against the texts where the transition learns; 0: nothing")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option(
         "--programs", arguments.programs,
         "trajectories of each task whose states are encoded, at most; of the others the transition learns times alone")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", arguments.seed, "of all random numbers")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  arguments.encoder.seed = arguments.seed;
  arguments.transition.seed = arguments.seed;
  const Status status = run_train(arguments);
  return status.ok() ? 0 : report_error(status.error().message);
}

}  // namespace
}  // namespace tilecast::tools

int main(int argc, char** argv) {
  return tilecast::tools::train_main(argc, argv);
}
