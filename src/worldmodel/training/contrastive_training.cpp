#include "worldmodel/training/contrastive_training.h"

#include <set>

#include "base/hash.h"
#include "worldmodel/training/scheduled_adam.h"

namespace tilecast {
namespace {

std::uint64_t program_hash(const ProgramLines& lines) {
  StableHash hash;
  for (const ProgramLine& line : lines) hash.add_int(line_hash(line));
  return hash.finish();
}

std::vector<ProgramLines> distinct(std::vector<ProgramLines> programs) {
  std::set<std::uint64_t> seen;
  std::erase_if(programs, [&](const ProgramLines& lines) { return !seen.insert(program_hash(lines)).second; });
  return programs;
}

torch::Tensor unit_rows(const torch::Tensor& x) {
  return x / x.norm(2, 1, true).clamp_min(1e-6);
}

}  // namespace

void train_contrastive(EncoderModule& encoder, std::span<const MeasuredTask> tasks, const ContrastiveOptions& options,
                       const std::function<bool(const ContrastiveStep&)>& report) {
  Random random(options.seed);
  torch::manual_seed(options.seed);
  constexpr double kWarmUp = 0.05;
  ScheduledAdam adam(encoder.parameters().all(), options.learning_rate, options.steps, kWarmUp);
  for (std::int64_t step = 0; step < options.steps; ++step) {
    const std::vector<ProgramLines> first = distinct(sample_states(tasks, options.tasks, options.states, random));
    std::vector<ProgramLines> second;
    for (const ProgramLines& lines : first) second.push_back(with_unit_loops(lines, random));
    const torch::Tensor a = unit_rows(encoder.forward(first, options.dropout));
    const torch::Tensor b = unit_rows(encoder.forward(second, options.dropout));
    const torch::Tensor similarity = torch::matmul(a, b.t()) / options.temperature;
    const torch::Tensor target = torch::arange(static_cast<std::int64_t>(first.size()), torch::kLong);
    const torch::Tensor loss = (torch::nn::functional::cross_entropy(similarity, target) +
                                torch::nn::functional::cross_entropy(similarity.t(), target)) /
                               2;
    adam.step(loss);
    const double right = similarity.argmax(1).eq(target).to(torch::kFloat).mean().item<double>();
    if (!report({step + 1, loss.item<double>(), right})) return;
  }
}

}  // namespace tilecast
