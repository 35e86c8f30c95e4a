#include "worldmodel/training/contrastive_training.h"

#include <cmath>
#include <numbers>
#include <set>

#include "base/hash.h"

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

double rate_at(const ContrastiveOptions& options, std::int64_t step) {
  const double progress = static_cast<double>(step) / static_cast<double>(options.steps);
  constexpr double kWarmUp = 0.05;
  if (progress < kWarmUp) return options.learning_rate * progress / kWarmUp;
  return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * (progress - kWarmUp) / (1 - kWarmUp)));
}

void set_rate(torch::optim::Adam& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) static_cast<torch::optim::AdamOptions&>(group.options()).lr(rate);
}

torch::Tensor unit_rows(const torch::Tensor& x) {
  return x / x.norm(2, 1, true).clamp_min(1e-6);
}

}  // namespace

void train_contrastive(EncoderModule& encoder, std::span<const MeasuredTask> tasks, const ContrastiveOptions& options,
                       const std::function<bool(const ContrastiveStep&)>& report) {
  Random random(options.seed);
  torch::manual_seed(options.seed);
  torch::optim::Adam optimizer(encoder.parameters().all(), torch::optim::AdamOptions(options.learning_rate));
  for (std::int64_t step = 0; step < options.steps; ++step) {
    const std::vector<ProgramLines> first = distinct(sample_states(tasks, options.tasks, options.states, random));
    std::vector<ProgramLines> second;
    for (const ProgramLines& lines : first) second.push_back(with_unit_loops(lines, random));
    set_rate(optimizer, rate_at(options, step));
    optimizer.zero_grad();
    const torch::Tensor a = unit_rows(encoder.forward(first, options.dropout));
    const torch::Tensor b = unit_rows(encoder.forward(second, options.dropout));
    const torch::Tensor similarity = torch::matmul(a, b.t()) / options.temperature;
    const torch::Tensor target = torch::arange(static_cast<std::int64_t>(first.size()), torch::kLong);
    const torch::Tensor loss = (torch::nn::functional::cross_entropy(similarity, target) +
                                torch::nn::functional::cross_entropy(similarity.t(), target)) /
                               2;
    loss.backward();
    torch::nn::utils::clip_grad_norm_(encoder.parameters().all(), 1.0);
    optimizer.step();
    const double right = similarity.argmax(1).eq(target).to(torch::kFloat).mean().item<double>();
    if (!report({step + 1, loss.item<double>(), right})) return;
  }
}

}  // namespace tilecast
