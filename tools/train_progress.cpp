#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/stopwatch.h"
#include "train_parts.h"

namespace tilecast::tools {
namespace {

constexpr double kReportSeconds = 5;

}  // namespace

TrainProgress::TrainProgress(const std::filesystem::path& curves, std::string part) : part_(std::move(part)) {
  if (!curves.empty()) stream_.open(curves, std::ios::app);
}

void TrainProgress::add(std::int64_t step, std::int64_t steps,
                        const std::vector<std::pair<const char*, double>>& values) {
  nlohmann::json line = {{"part", part_}, {"step", step}};
  std::string text;
  for (const auto& [name, value] : values) {
    line[name] = value;
    double& mean = means_.try_emplace(name, value).first->second;
    mean = 0.95 * mean + 0.05 * value;
    text += fmt::format(", {} {:.4f}", name, mean);
  }
  if (stream_.is_open()) stream_ << line.dump() << std::endl;
  if (seconds_since(printed_) < kReportSeconds && step != steps) return;
  printed_ = std::chrono::steady_clock::now();
  fmt::print("{:7.1f} s  {} {} of {}{}\n", seconds_since(start_), part_, step, steps, text);
  std::fflush(stdout);
}

PartTraining part_training(const TrainingSet& set, std::uint64_t seed, std::int64_t steps,
                           const TrainProgress& progress) {
  return {.data_hash = set.hash,
          .records = set.records,
          .tasks = set.tasks.size(),
          .seed = seed,
          .steps = steps,
          .results = progress.means()};
}

}  // namespace tilecast::tools
