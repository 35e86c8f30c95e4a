#include "worldmodel/training/transition_training.h"

#include <algorithm>
#include <utility>

#include "worldmodel/action_features.h"
#include "worldmodel/time_weight.h"
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
  torch::Tensor latents;   // programs x (steps + 1) x text width
  torch::Tensor present;   // programs x steps: 1 or 0
  torch::Tensor encoded;   // programs x steps: 1 where `latents` has the state's after the step, or 0
  torch::Tensor times;     // programs: log2 of the time, up to a constant of the task
  torch::Tensor weights;   // programs: of the time's error
  std::int64_t group = 1;  // programs of a task
};

// All of one task, and what its fastest takes.
struct TaskRollouts {
  const std::vector<Rollout>* all = nullptr;
  double best = 0;  // log2 of the time, as theirs
};

std::vector<TaskRollouts> with_best(std::span<const std::vector<Rollout>> rollouts) {
  std::vector<TaskRollouts> result;
  for (const auto& of_task : rollouts) {
    if (of_task.empty()) continue;
    TaskRollouts task{&of_task, of_task.front().log_seconds};
    for (const Rollout& rollout : of_task) task.best = std::min(task.best, rollout.log_seconds);
    result.push_back(task);
  }
  return result;
}

std::int64_t steps_of(const Rollout& rollout) {
  return static_cast<std::int64_t>(rollout.features.size()) / kFeatures;
}

void fill(Batch& batch, std::int64_t p, const Rollout& rollout, double best) {
  const std::int64_t states = static_cast<std::int64_t>(rollout.latents.size()) / batch.latents.size(2);
  std::copy(rollout.features.begin(), rollout.features.end(), batch.features[p].data_ptr<float>());
  std::copy(rollout.latents.begin(), rollout.latents.end(), batch.latents[p].data_ptr<float>());
  batch.present[p].slice(0, 0, steps_of(rollout)).fill_(1);
  batch.encoded[p].slice(0, 0, states - 1).fill_(1);
  batch.times[p] = rollout.log_seconds;
  batch.weights[p] = time_weight(rollout.log_seconds, best);
}

Batch draw_batch(std::span<const TaskRollouts> tasks, const TransitionOptions& options, std::int64_t width,
                 Random& random) {
  std::vector<std::pair<const Rollout*, double>> chosen;
  std::int64_t steps = 1;
  for (std::size_t t = 0; t < options.tasks; ++t) {
    const TaskRollouts& task = tasks[random.below(tasks.size())];
    for (std::size_t p = 0; p < options.programs; ++p) {
      chosen.emplace_back(&(*task.all)[random.below(task.all->size())], task.best);
      steps = std::max(steps, steps_of(*chosen.back().first));
    }
  }
  const auto programs = static_cast<std::int64_t>(chosen.size());
  Batch batch{torch::zeros({programs, steps, kFeatures}),
              torch::zeros({programs, steps + 1, width}),
              torch::zeros({programs, steps}),
              torch::zeros({programs, steps}),
              torch::zeros({programs}),
              torch::zeros({programs}),
              static_cast<std::int64_t>(options.programs)};
  for (std::int64_t p = 0; p < programs; ++p) {
    const auto& [rollout, best] = chosen[static_cast<std::size_t>(p)];
    fill(batch, p, *rollout, best);
  }
  return batch;
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
    case TransitionKind::kRecurrent: {
      const torch::Tensor candidate = d + torch::tanh(torch::matmul(z, parameters.at("transition.candidate")));
      return z + torch::sigmoid(a + torch::matmul(z, parameters.at("transition.gate"))) * (candidate - z);
    }
  }
  return z;
}

// Foreseen latents after each step, programs x steps x latent width.
torch::Tensor roll(const Parameters& parameters, const TransitionOptions& options, const Batch& batch,
                   const Scaling& scaling) {
  const torch::Tensor text = batch.latents.select(1, 0);
  torch::Tensor z = options.free == 0 ? text : torch::cat({text, linear(parameters, "transition.free", text)}, 1);
  const std::int64_t width = z.size(1);
  const torch::Tensor scaled = (batch.features - scaling.mean) / scaling.deviation;
  const torch::Tensor vectors = feed_forward(parameters, "transition.hidden", "transition.vectors", scaled);
  torch::Tensor a = vectors.slice(-1, 0, width);
  if (options.kind == TransitionKind::kTransH) a = a / (a * a).sum(-1, true).add(1e-12).sqrt();
  // The gradient of a list is put together once, that of a slice of each step as large as all steps.
  const std::vector<torch::Tensor> a_of_steps = a.unbind(1);
  const std::vector<torch::Tensor> d_of_steps = vectors.slice(-1, width).unbind(1);
  const std::vector<torch::Tensor> present = batch.present.unsqueeze(-1).gt(0).unbind(1);
  std::vector<torch::Tensor> foreseen;
  for (std::size_t s = 0; s < present.size(); ++s) {
    // After its last action a program stays as it is.
    z = torch::where(present[s], step_latent(parameters, options.kind, z, a_of_steps[s], d_of_steps[s]), z);
    foreseen.push_back(z);
  }
  return torch::stack(foreseen, 1);
}

// Of the last latents that are foreseen, programs.
torch::Tensor log_times(const Parameters& parameters, const torch::Tensor& latents, double dropout) {
  const auto dropped = [&](const torch::Tensor& x) { return torch::dropout(x, dropout, dropout > 0); };
  torch::Tensor x = dropped(layer_norm(parameters, "value.norm", latents));
  for (const char* layer : {"value.hidden", "value.middle"}) {
    x = dropped(at::gelu(linear(parameters, layer, x), "tanh"));
  }
  return linear(parameters, "value.output", x).squeeze(-1);
}

// Squared, of the times within each task.
torch::Tensor time_error(const torch::Tensor& foreseen, const Batch& batch) {
  const auto centred = [&](const torch::Tensor& x) {
    const torch::Tensor grouped = x.view({-1, batch.group});
    const torch::Tensor weights = batch.weights.view({-1, batch.group});
    return (grouped - (weights * grouped).sum(1, true) / weights.sum(1, true)).view({-1});
  };
  // What is slower by far need not be known by how much.
  constexpr double kMostError = 3;
  return (batch.weights * (centred(foreseen) - centred(batch.times)).clamp(-kMostError, kMostError).pow(2)).mean();
}

struct Losses {
  torch::Tensor error;
  torch::Tensor value;
  torch::Tensor cosine;
};

Losses losses_of(const Parameters& parameters, const TransitionOptions& options, const Batch& batch,
                 const Scaling& scaling) {
  const std::int64_t width = batch.latents.size(2);
  const torch::Tensor foreseen = roll(parameters, options, batch, scaling);
  const torch::Tensor texts = foreseen.slice(2, 0, width);
  const torch::Tensor errors = (texts - batch.latents.slice(1, 1)).pow(2).mean(-1);
  const torch::Tensor last = foreseen.select(1, foreseen.size(1) - 1);
  const torch::Tensor value = time_error(log_times(parameters, last, options.dropout), batch);
  const torch::Tensor cosines = torch::cosine_similarity(texts.detach(), batch.latents.slice(1, 1), -1);
  // The last step of each program whose states were encoded.
  const torch::Tensor is_last =
      torch::cat({batch.encoded.slice(1, 1), torch::zeros({batch.encoded.size(0), 1})}, 1).eq(0).mul(batch.encoded);
  const auto mean_where = [](const torch::Tensor& x, const torch::Tensor& where) {
    return (x * where).sum() / where.sum().clamp_min(1);
  };
  return {mean_where(errors, batch.encoded), value, mean_where(cosines, is_last)};
}

Parameters new_parameters(const TransitionOptions& options, std::int64_t text_width) {
  constexpr std::int64_t kHeadHidden = 128;
  const std::int64_t width = text_width + options.free;
  Parameters parameters;
  parameters.add_linear("transition.hidden", kFeatures, options.hidden);
  parameters.add_linear("transition.vectors", options.hidden, 2 * width);
  if (options.free > 0) parameters.add_linear("transition.free", text_width, options.free);
  const bool recurrent = options.kind == TransitionKind::kRecurrent;
  if (recurrent || options.kind == TransitionKind::kGated) {
    parameters.add_normal("transition.gate", {width, width}, 0.05);
  }
  if (recurrent) parameters.add_normal("transition.candidate", {width, width}, 0.05);
  parameters.add_layer_norm("value.norm", width);
  parameters.add_linear("value.hidden", width, kHeadHidden);
  parameters.add_linear("value.middle", kHeadHidden, kHeadHidden / 2);
  parameters.add_linear("value.output", kHeadHidden / 2, 1);
  return parameters;
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
  // A model of another kind or width may have been there.
  std::erase_if(file.tensors, [](const auto& entry) {
    return entry.first.starts_with("transition.") || entry.first.starts_with("value.");
  });
  for (auto& [name, tensor] : own.tensors) file.tensors[name] = std::move(tensor);
  file.metadata["transition"] = transition_name(kind);
}

}  // namespace

void train_transition(std::span<const std::vector<Rollout>> rollouts, const TransitionOptions& options,
                      const std::function<bool(const TransitionStep&)>& report, TensorFile& file) {
  const std::vector<TaskRollouts> tasks = with_best(rollouts);
  if (tasks.empty()) return;
  const auto width = static_cast<std::int64_t>(file.tensors.at("encoder.latent.bias").values.size());
  Random random(options.seed);
  torch::manual_seed(options.seed);
  const Scaling scaling = scaling_of(rollouts);
  const Parameters parameters = new_parameters(options, width);
  constexpr double kWarmUp = 0.1;
  ScheduledAdam adam(parameters.all(), options.learning_rate, options.steps, kWarmUp, options.decay);
  for (std::int64_t step = 0; step < options.steps; ++step) {
    const Losses losses = losses_of(parameters, options, draw_batch(tasks, options, width, random), scaling);
    adam.step((losses.error + options.value_weight * losses.value) / (1 + options.value_weight));
    if (!report({step + 1, losses.error.item<double>(), losses.cosine.item<double>(), losses.value.item<double>()})) {
      break;
    }
  }
  write_transition(parameters, scaling, options.kind, file);
}

}  // namespace tilecast
