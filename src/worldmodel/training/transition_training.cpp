#include "worldmodel/training/transition_training.h"

#include <algorithm>

#include "worldmodel/action_features.h"
#include "worldmodel/training/scheduled_adam.h"
#include "worldmodel/training/torch_layers.h"

namespace tilecast {
namespace {

constexpr auto kFeatures = static_cast<std::int64_t>(kActionFeatureCount);

// Mean and deviation of each feature.
struct Scaling {
  torch::Tensor mean;
  torch::Tensor deviation;
};

Scaling scaling_of(std::span<const std::vector<Rollout>> rollouts) {
  const RowMoments moments = moments_of(rollouts, &Rollout::features, kFeatures);
  // A feature that never changes says nothing, however small the difference that another program has.
  const torch::Tensor deviation = moments.deviation();
  return {moments.mean.to(torch::kFloat),
          torch::where(deviation > 1e-4, deviation, torch::ones_like(deviation)).to(torch::kFloat)};
}

struct Batch {
  torch::Tensor features;  // programs x steps x features
  torch::Tensor latents;   // programs x (steps + 1) x width
  torch::Tensor present;   // programs x steps: 1 or 0
  torch::Tensor times;     // programs: log2 of the time, less the mean of the task's programs in the batch
  std::int64_t group = 1;  // programs of a task
};

Batch make_batch(const std::vector<const Rollout*>& chosen, std::int64_t width, std::int64_t group) {
  std::int64_t steps = 1;
  for (const Rollout* r : chosen) steps = std::max(steps, static_cast<std::int64_t>(r->features.size()) / kFeatures);
  const auto programs = static_cast<std::int64_t>(chosen.size());
  Batch batch{torch::zeros({programs, steps, kFeatures}), torch::zeros({programs, steps + 1, width}),
              torch::zeros({programs, steps}), torch::zeros({programs}), group};
  for (std::int64_t p = 0; p < programs; ++p) {
    const Rollout& rollout = *chosen[static_cast<std::size_t>(p)];
    const std::int64_t length = static_cast<std::int64_t>(rollout.features.size()) / kFeatures;
    std::copy(rollout.features.begin(), rollout.features.end(), batch.features[p].data_ptr<float>());
    std::copy(rollout.latents.begin(), rollout.latents.end(), batch.latents[p].data_ptr<float>());
    batch.present[p].slice(0, 0, length).fill_(1);
    batch.times[p] = std::clamp(rollout.log_seconds, -4.0, 4.0);
  }
  const torch::Tensor grouped = batch.times.view({-1, group});
  batch.times = (grouped - grouped.mean(1, true)).view({-1});
  return batch;
}

Batch draw_batch(std::span<const std::vector<Rollout>* const> rollouts, const TransitionOptions& options,
                 std::int64_t width, Random& random) {
  std::vector<const Rollout*> chosen;
  for (std::size_t t = 0; t < options.tasks; ++t) {
    const std::vector<Rollout>& of_task = *rollouts[random.below(rollouts.size())];
    for (std::size_t p = 0; p < options.programs; ++p) chosen.push_back(&of_task[random.below(of_task.size())]);
  }
  return make_batch(chosen, width, static_cast<std::int64_t>(options.programs));
}

torch::Tensor step_latent(const Parameters& parameters, TransitionKind kind, const torch::Tensor& z,
                          const torch::Tensor& a, const torch::Tensor& d) {
  switch (kind) {
    case TransitionKind::kTransH:
      return z - (a * z).sum(-1, true) * a + d;
    case TransitionKind::kTranslation:
      return z + d;
    case TransitionKind::kGated:
      return z + torch::sigmoid(a + torch::matmul(z, parameters.at("transition.gate"))) * d;
  }
  return z;
}

// Foreseen latents after each step, programs x steps x width.
torch::Tensor roll(const Parameters& parameters, TransitionKind kind, const Batch& batch, const Scaling& scaling) {
  const std::int64_t width = batch.latents.size(2);
  const torch::Tensor scaled = (batch.features - scaling.mean) / scaling.deviation;
  const torch::Tensor vectors = feed_forward(parameters, "transition.hidden", "transition.vectors", scaled);
  torch::Tensor a = vectors.slice(-1, 0, width);
  if (kind == TransitionKind::kTransH) a = a / (a * a).sum(-1, true).add(1e-12).sqrt();
  const torch::Tensor d = vectors.slice(-1, width);
  torch::Tensor z = batch.latents.select(1, 0);
  std::vector<torch::Tensor> foreseen;
  for (std::int64_t s = 0; s < batch.features.size(1); ++s) {
    const torch::Tensor present = batch.present.select(1, s).unsqueeze(-1);
    // After its last action a program stays as it is.
    z = torch::where(present > 0, step_latent(parameters, kind, z, a.select(1, s), d.select(1, s)), z);
    foreseen.push_back(z);
  }
  return torch::stack(foreseen, 1);
}

torch::Tensor last_true_latents(const Batch& batch) {
  const torch::Tensor length = batch.present.sum(1).to(torch::kLong).view({-1, 1, 1});
  return batch.latents.gather(1, length.expand({-1, 1, batch.latents.size(2)})).squeeze(1);
}

// What inference reads takes features as they are.
void write_transition(const Parameters& parameters, const Scaling& scaling, TransitionKind kind, TensorFile& file) {
  TensorFile own;
  parameters.write_to(own);
  Tensor& weight = own.tensors.at("transition.hidden.weight");
  Tensor& bias = own.tensors.at("transition.hidden.bias");
  const std::size_t outputs = bias.values.size();
  for (std::size_t f = 0; f < kActionFeatureCount; ++f) {
    const auto row = static_cast<std::int64_t>(f);
    const auto mean = scaling.mean[row].item<float>();
    const auto deviation = scaling.deviation[row].item<float>();
    for (std::size_t o = 0; o < outputs; ++o) {
      float& value = weight.values[f * outputs + o];
      value /= deviation;
      bias.values[o] -= mean * value;
    }
  }
  for (auto& [name, tensor] : own.tensors) {
    if (name.starts_with("transition.")) file.tensors[name] = std::move(tensor);
  }
  file.metadata["transition"] = transition_name(kind);
}

}  // namespace

void train_transition(std::span<const std::vector<Rollout>> rollouts, const TransitionOptions& options,
                      const std::function<bool(const TransitionStep&)>& report, TensorFile& file) {
  std::vector<const std::vector<Rollout>*> used;
  for (const auto& of_task : rollouts) {
    if (!of_task.empty()) used.push_back(&of_task);
  }
  if (used.empty()) return;
  const Rollout& any = used.front()->front();
  const std::int64_t width =
      static_cast<std::int64_t>(any.latents.size()) / (static_cast<std::int64_t>(any.features.size()) / kFeatures + 1);
  Random random(options.seed);
  torch::manual_seed(options.seed);
  const Scaling scaling = scaling_of(rollouts);
  Parameters parameters;
  parameters.add_linear("transition.hidden", kFeatures, options.hidden);
  parameters.add_linear("transition.vectors", options.hidden, 2 * width);
  if (options.kind == TransitionKind::kGated) parameters.add_normal("transition.gate", {width, width}, 0.05);
  parameters.add_linear("value.hidden", width, options.hidden);
  parameters.add_linear("value.output", options.hidden, 1);
  ScheduledAdam adam(parameters.all(), options.learning_rate, options.steps, 0);
  for (std::int64_t step = 0; step < options.steps; ++step) {
    const Batch batch = draw_batch(used, options, width, random);
    const torch::Tensor foreseen = roll(parameters, options.kind, batch, scaling);
    const torch::Tensor errors = (foreseen - batch.latents.slice(1, 1)).pow(2).mean(-1) * batch.present;
    const torch::Tensor error = errors.sum() / batch.present.sum();
    const torch::Tensor last = foreseen.select(1, foreseen.size(1) - 1);
    const torch::Tensor head = feed_forward(parameters, "value.hidden", "value.output", last).view({-1, batch.group});
    const torch::Tensor value = ((head - head.mean(1, true)).view({-1}) - batch.times).pow(2).mean();
    adam.step(error + options.value_weight * value);
    const torch::Tensor cosine = torch::cosine_similarity(last.detach(), last_true_latents(batch)).mean();
    if (!report({step + 1, error.item<double>(), cosine.item<double>(), value.item<double>()})) break;
  }
  write_transition(parameters, scaling, options.kind, file);
}

}  // namespace tilecast
