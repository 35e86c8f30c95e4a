// tilecast eval rollouts: how well a world model foresees the latents of true states, step by step.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/parallel_ranges.h"
#include "base/text_file.h"
#include "commands.h"
#include "judges.h"
#include "make_directory.h"
#include "record/dataset_file.h"
#include "rollout_report.h"
#include "task_records.h"
#include "worldmodel/rollout.h"
#include "worldmodel/rollout_quality.h"
#include "worldmodel/world_model.h"

namespace tilecast::tools {
namespace {

struct RolloutsArguments {
  std::vector<std::filesystem::path> files;
  EvaluatorChoice model;
  std::string split = std::string(split_name(DatasetSplit::kHeldOut));
  std::size_t programs = 4;
  std::size_t tasks = std::numeric_limits<std::size_t>::max();
  bool latents_only = false;
  std::uint64_t seed = 0;
  std::filesystem::path output;
  bool json = false;
};

// Trajectories of one task, spread over all of its programs: those found by search and the random ones stand together.
std::vector<Rollout> encode_group(const TaskRecords& group, const TextEncoder& encoder, std::size_t most) {
  std::vector<Rollout> rollouts;
  EncoderCache cache;
  const std::size_t count = std::min(most, group.records.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Trajectory& trajectory = group.records[i * group.records.size() / count].trajectory;
    auto rollout = encode_rollout(group.task.initial, trajectory, encoder, cache);
    // A record of another version of the actions does not replay.
    if (rollout.ok()) rollouts.push_back(*std::move(rollout));
  }
  return rollouts;
}

std::vector<float> first_columns(std::span<const float> rows, std::size_t columns, std::size_t wanted) {
  std::vector<float> result;
  for (; !rows.empty(); rows = rows.subspan(columns)) {
    const std::span<const float> kept = rows.first(wanted);
    result.insert(result.end(), kept.begin(), kept.end());
  }
  return result;
}

RolloutQuality quality_of_latents(std::span<const TaskRecords> groups, const WorldModel& model, std::size_t programs) {
  std::vector<std::vector<Rollout>> rollouts(groups.size());
  const int threads = static_cast<int>(std::thread::hardware_concurrency());
  parallel_ranges(groups.size(), threads, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) rollouts[i] = encode_group(groups[i], model.encoder, programs);
  });
  const std::size_t width = model.encoder.latent_width();
  RolloutQuality quality;
  for (const std::vector<Rollout>& of_group : rollouts) {
    for (const Rollout& rollout : of_group) {
      const std::span<const float> encoded = rollout.latents;
      const std::vector<float> foreseen = model.transition.roll(encoded.first(width), rollout.features);
      quality.add(first_columns(foreseen, model.transition.latent_width(), width), encoded, width);
    }
  }
  return quality;
}

double mean_length(const TaskRecords& group) {
  double sum = 0;
  for (const MeasureRecord& record : group.records) sum += static_cast<double>(record.trajectory.size());
  return sum / static_cast<double>(group.records.size());
}

// Of `foreseen` and `encoded`, both pretrained on `training`, on all programs of each group.
Result<AgreementByLength> agreement_of_scores(std::span<const TaskRecords> groups,
                                              std::span<const TaskRecords> training,
                                              const RolloutsArguments& arguments) {
  Judges foreseen({"foreseen", arguments.model.model}, training, arguments.seed);
  Judges encoded({"encoded", arguments.model.model}, training, arguments.seed);
  AgreementByLength agreement;
  for (const TaskRecords& group : groups) {
    TILECAST_TRY(const Evaluator* one, foreseen.judge_of(group));
    TILECAST_TRY(const Evaluator* other, encoded.judge_of(group));
    agreement.add(scores_of(group, *one), scores_of(group, *other), mean_length(group));
  }
  return agreement;
}

Status write_report(const RolloutReport& report, const std::filesystem::path& directory) {
  TILECAST_CHECK(replace_text(directory / "rollouts.md", to_markdown(report)));
  TILECAST_CHECK(replace_text(directory / "rollouts.json", to_json(report).dump(1) + "\n"));
  TILECAST_CHECK(replace_text(directory / "rollouts.svg", to_svg(rollout_plot(report))));
  fmt::print("\n{} has rollouts.md, rollouts.json, rollouts.svg\n", directory.string());
  return Unit{};
}

Status run_eval_rollouts(const RolloutsArguments& arguments) {
  const DatasetSplit split = *split_from_name(arguments.split);
  if (!arguments.output.empty()) TILECAST_CHECK(make_directory(arguments.output));
  TILECAST_TRY(const WorldModel model, read_world_model(arguments.model));
  TILECAST_TRY(const std::string text, world_model_text(arguments.model));
  TILECAST_TRY(const Dataset dataset, read_datasets(arguments.files));
  TILECAST_TRY(std::vector<TaskRecords> groups, some_records_of_split(dataset, split, arguments.files.front()));
  // Groups are in order of the tasks' keys, which are hashes: the first ones are as good as any.
  if (groups.size() > arguments.tasks)
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(arguments.tasks), groups.end());

  RolloutReport report{.split = arguments.split,
                       .tasks = groups.size(),
                       .programs = arguments.programs,
                       .latent_width = model.encoder.latent_width(),
                       .transition = std::string(transition_name(model.transition.kind())),
                       .latents = quality_of_latents(groups, model, arguments.programs)};
  TILECAST_TRY(report.model, world_model_training(arguments.model));
  fmt::print("{}\n{}\n{}", text, summary(report), to_text(latents_table(report.latents)));
  std::fflush(stdout);
  if (!arguments.latents_only) {
    TILECAST_TRY(const std::vector<TaskRecords> training,
                 some_records_of_split(dataset, DatasetSplit::kTrain, arguments.files.front()));
    TILECAST_TRY(report.agreement, agreement_of_scores(groups, training, arguments));
    fmt::print("\n{}", to_text(agreement_table(*report.agreement)));
  }
  if (!arguments.output.empty()) TILECAST_CHECK(write_report(report, arguments.output));
  if (arguments.json) fmt::print("{}\n", to_json(report).dump());
  return Unit{};
}

}  // namespace

void add_eval_rollouts_command(CLI::App& eval, int& exit_code) {
  const auto arguments = std::make_shared<RolloutsArguments>();
  CLI::App* command =
      eval.add_subcommand("rollouts", "Say how well a world model foresees the latents of true states, step by step.");
  command->add_option("FILE", arguments->files, "files of a dataset, such as data/dataset/records-1.jsonl.xz")
      ->required();
  add_world_model_option(*command, arguments->model);
  command->add_option("--split", arguments->split, "whose programs are rolled forward")
      ->check(CLI::IsMember({"train", "validation", "held-out"}))
      ->capture_default_str();
  command->add_option("--programs", arguments->programs, "trajectories of each task that are compared, at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--tasks", arguments->tasks, "compare so many tasks at most")->check(CLI::PositiveNumber);
  command->add_flag("--latents-only", arguments->latents_only,
                    "leave out the scores, for which judges have to learn from the training split");
  command->add_option("-o,--output", arguments->output,
                      "directory for rollouts.md, rollouts.json and rollouts.svg; without it nothing is written");
  command->add_option("--seed", arguments->seed, "of all random numbers")->capture_default_str();
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] {
    const Status status = run_eval_rollouts(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
