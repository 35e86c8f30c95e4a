#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "base/stopwatch.h"
#include "evaluator/world_model_evaluator.h"
#include "train_parts.h"

namespace tilecast::tools {

Status train_trees(const TrainArguments& arguments, const TrainingSet& set) {
  TILECAST_TRY(WorldModel model, WorldModel::read(arguments.output));
  const auto start = std::chrono::steady_clock::now();
  const Hardware hardware = probe_hardware();
  // For which machine it judges does not matter: each record is described for the one that it was measured on.
  WorldModelEvaluator evaluator({hardware}, hardware.cores, std::make_shared<const WorldModel>(std::move(model)));
  TILECAST_CHECK(evaluator.pretrain(set.groups));
  TILECAST_TRY(TensorFile file, read_tensor_file(arguments.output));
  remove_trees(file);
  TILECAST_CHECK(evaluator.write_pretrained(file));
  write_training("trees",
                 {.data_hash = set.hash,
                  .records = set.records,
                  .tasks = set.tasks.size(),
                  .seed = 0,
                  .steps = TreeEvaluator::kPretrainedTrees},
                 file);
  fmt::print("{:7.1f} s  trees {}\n", seconds_since(start), TreeEvaluator::kPretrainedTrees);
  return write_tensor_file(arguments.output, file);
}

}  // namespace tilecast::tools
