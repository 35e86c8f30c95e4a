#include "worldmodel/training/contrastive_training.h"

#include <set>

#include "base/hash.h"

namespace tilecast {
namespace {

std::uint64_t program_hash(const ProgramLines& lines) {
  StableHash hash;
  for (const ProgramLine& line : lines) hash.add_int(line_hash(line));
  return hash.finish();
}

// One beside the other, of each program that reads differently.
struct Views {
  std::vector<ProgramLines> plain;
  std::vector<ProgramLines> augmented;
};

Views views_of(std::span<const std::string> texts, const AugmentationShares& shares, Random& random) {
  Views views;
  std::set<std::uint64_t> seen;
  for (const std::string& text : texts) {
    ProgramLines lines = program_lines(text);
    if (!seen.insert(program_hash(lines)).second) continue;
    views.plain.push_back(std::move(lines));
    views.augmented.push_back(program_lines(augmented(text, shares, random)));
  }
  return views;
}

torch::Tensor unit_rows(const torch::Tensor& x) {
  return x / x.norm(2, 1, true).clamp_min(1e-6);
}

std::uint64_t step_seed(std::uint64_t seed, std::int64_t step) {
  StableHash hash;
  hash.add_int(seed);
  hash.add_int(static_cast<std::uint64_t>(step));
  return hash.finish();
}

constexpr double kWarmUp = 0.05;

}  // namespace

ContrastiveTraining::ContrastiveTraining(EncoderModule& encoder, const ContrastiveOptions& options)
    : encoder_(encoder),
      options_(options),
      adam_(encoder.parameters().all(), options.learning_rate, options.steps, kWarmUp) {}

ContrastiveStep ContrastiveTraining::step(std::span<const MeasuredTask> tasks) {
  const std::uint64_t seed = step_seed(options_.seed, done());
  Random random(seed);
  torch::manual_seed(seed);
  const std::vector<std::string> texts = sample_texts(tasks, options_.tasks, options_.states, random);
  const Views views = views_of(texts, options_.augmentation, random);
  const torch::Tensor a = unit_rows(encoder_.forward(views.plain, options_.dropout));
  const torch::Tensor b = unit_rows(encoder_.forward(views.augmented, options_.dropout));
  const torch::Tensor similarity = torch::matmul(a, b.t()) / options_.temperature;
  const torch::Tensor target = torch::arange(static_cast<std::int64_t>(views.plain.size()), torch::kLong);
  const torch::Tensor loss = (torch::nn::functional::cross_entropy(similarity, target) +
                              torch::nn::functional::cross_entropy(similarity.t(), target)) /
                             2;
  adam_.step(loss);
  const double right = similarity.argmax(1).eq(target).to(torch::kFloat).mean().item<double>();
  return {done(), loss.item<double>(), right};
}

void ContrastiveTraining::write_to(TensorFile& file) const {
  encoder_.parameters().write_to(file);
  adam_.write_to(file);
}

Status ContrastiveTraining::read_from(const TensorFile& file) {
  TILECAST_CHECK(encoder_.parameters().read_from(file));
  return adam_.read_from(file);
}

}  // namespace tilecast
