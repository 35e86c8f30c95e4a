#include "tune_session.h"

#include <fmt/format.h>

#include <iterator>

#include "base/child_process.h"
#include "evaluator/action_evaluator.h"
#include "evaluator/random_evaluator.h"
#include "evaluator/static_evaluator.h"
#include "evaluator/world_model_evaluator.h"
#include "stop_flag.h"
#include "task_records.h"
#include "worldmodel/provenance.h"

namespace tilecast::tools {
namespace {

std::filesystem::path model_file(const EvaluatorChoice& choice) {
  return choice.model.empty() ? directory_of_this_program() / "share" / "world_model.safetensors" : choice.model;
}

Result<std::unique_ptr<Evaluator>> make_world_model_evaluator(const EvaluatorChoice& choice, const Machine& machine) {
  const std::filesystem::path file = model_file(choice);
  if (!std::filesystem::exists(file)) {
    return Error{fmt::format("there is no world model {}; make one with `tilecast train`, or take --evaluator static",
                             file.string())};
  }
  TILECAST_TRY(WorldModel read, WorldModel::read(file));
  const auto model = std::make_shared<const WorldModel>(std::move(read));
  const Ranker ranker = *ranker_from_name(choice.name);
  auto evaluator = std::make_unique<WorldModelEvaluator>(machine, machine.hardware.cores, model, ranker);
  // The file's trees are those of the judge itself, not of what it is compared with.
  if (choice.pretrained && ranker == Ranker::kMean && !model->trees.bytes.empty()) {
    const Status status = evaluator->read_pretrained(model->trees);
    if (!status.ok()) {
      return Error{fmt::format("{}: {}; train them anew with `tilecast train --part trees`", file.string(),
                               status.error().message)};
    }
  }
  return std::unique_ptr<Evaluator>(std::move(evaluator));
}

}  // namespace

std::vector<std::string> evaluator_names() {
  std::vector<std::string> names = {"random", "actions", "static"};
  const std::vector<std::string> rankers = ranker_names();
  names.insert(names.end(), rankers.begin(), rankers.end());
  return names;
}

void add_world_model_option(CLI::App& command, EvaluatorChoice& choice) {
  command.add_option("--model", choice.model, "what `tilecast train` wrote, for world-model")->check(CLI::ExistingFile);
}

void add_evaluator_options(CLI::App& command, EvaluatorChoice& choice) {
  command.add_option("--evaluator", choice.name, "judge of candidates")
      ->check(CLI::IsMember(evaluator_names()))
      ->capture_default_str();
  add_world_model_option(command, choice);
}

void add_search_options(CLI::App& command, int& round, double& optimism) {
  command.add_option("--round", round, "candidates of a task that are measured before the judge learns from them")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      .add_option("--optimism", optimism,
                  "standard deviations in favour of what the judge is unsure of, falling to 0 with the budget; for "
                  "judges that can tell (a pretrained world-model)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

Result<WorldModel> read_world_model(const EvaluatorChoice& choice) {
  return WorldModel::read(model_file(choice));
}

Status check_trees(const EvaluatorChoice& choice) {
  TILECAST_TRY(const WorldModel model, read_world_model(choice));
  if (!model.trees.bytes.empty()) return Unit{};
  return Error{
      fmt::format("{} has no trees; train them with `tilecast train --part trees`, or name with --warm-start what "
                  "to learn from",
                  model_file(choice).string())};
}

Result<std::string> world_model_training(const EvaluatorChoice& choice) {
  TILECAST_TRY(const TensorFile tensors, read_tensor_file(model_file(choice)));
  return training_text(tensors);
}

Result<std::string> world_model_text(const EvaluatorChoice& choice) {
  TILECAST_TRY(const std::string training, world_model_training(choice));
  return fmt::format("model {}: {}", model_file(choice).string(), training);
}

Result<std::unique_ptr<Evaluator>> make_evaluator(const EvaluatorChoice& choice, const Machine& machine,
                                                  std::uint64_t seed) {
  using Made = std::unique_ptr<Evaluator>;
  const int cores = machine.hardware.cores;
  if (choice.name == "random") return Made(std::make_unique<RandomEvaluator>(seed));
  if (choice.name == "actions") return Made(std::make_unique<ActionEvaluator>(machine, cores));
  if (choice.name == "static") return Made(std::make_unique<StaticEvaluator>(machine, cores));
  return make_world_model_evaluator(choice, machine);
}

Status warm_start(Evaluator& evaluator, const std::vector<std::filesystem::path>& files, int threads) {
  if (files.empty()) return Unit{};
  std::vector<TaskRecords> all;
  for (const std::filesystem::path& file : files) {
    TILECAST_TRY(std::vector<TaskRecords> groups, read_training_records(file));
    std::erase_if(groups, [&](const TaskRecords& group) { return group.machine.threads != threads; });
    if (groups.empty()) {
      return Error{fmt::format("{} has no records with {} threads to start from", file.string(), threads)};
    }
    std::move(groups.begin(), groups.end(), std::back_inserter(all));
  }
  return evaluator.pretrain(all);
}

Result<std::unique_ptr<Measurer>> make_measurer(MeasureOptions options) {
  options.cancelled = stop_requested;
  return Measurer::create(std::move(options));
}

}  // namespace tilecast::tools
