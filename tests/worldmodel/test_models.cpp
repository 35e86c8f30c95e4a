#include "test_models.h"

#include "base/random.h"
#include "worldmodel/action_features.h"

namespace tilecast::testing {

TensorFile random_world_model_file(std::uint64_t seed, TransitionKind kind) {
  constexpr std::int64_t kWidth = 8;
  constexpr std::int64_t kLatent = 4;
  constexpr std::int64_t kFree = 3;
  constexpr std::int64_t kHidden = 8;
  Random random(seed);
  TensorFile file = new_world_model_file();
  file.metadata["transition"] = transition_name(kind);
  const auto add = [&](const std::string& name, std::int64_t rows, std::int64_t columns) {
    Tensor tensor{.shape = rows == 0 ? std::vector{columns} : std::vector{rows, columns}};
    for (std::int64_t i = 0; i < std::max<std::int64_t>(rows, 1) * columns; ++i) {
      tensor.values.push_back(static_cast<float>(0.3 * random.normal()));
    }
    file.tensors[name] = std::move(tensor);
  };
  const auto add_linear = [&](const std::string& name, std::int64_t inputs, std::int64_t outputs) {
    add(name + ".weight", inputs, outputs);
    add(name + ".bias", 0, outputs);
  };
  const auto add_norm = [&](const std::string& name, std::int64_t width) {
    add(name + ".weight", 0, width);
    add(name + ".bias", 0, width);
  };
  add("encoder.words", static_cast<std::int64_t>(vocabulary_size()), kWidth);
  add("encoder.numbers", static_cast<std::int64_t>(kNumberFeatures), kWidth);
  add("encoder.positions", static_cast<std::int64_t>(kMostTokensOfALine), kWidth);
  add("encoder.line_positions", static_cast<std::int64_t>(kMostLines), kWidth);
  for (const std::string layer : {"encoder.token_layer", "encoder.line_layer0"}) {
    add_norm(layer + ".attention_norm", kWidth);
    add_linear(layer + ".query_key_value", kWidth, 3 * kWidth);
    add_linear(layer + ".attention_output", kWidth, kWidth);
    add_norm(layer + ".feed_forward_norm", kWidth);
    add_linear(layer + ".expand", kWidth, 4 * kWidth);
    add_linear(layer + ".contract", 4 * kWidth, kWidth);
  }
  add_norm("encoder.final_norm", kWidth);
  add_linear("encoder.latent", kWidth, kLatent);
  add_linear("transition.hidden", static_cast<std::int64_t>(kActionFeatureCount), kHidden);
  constexpr std::int64_t kBoth = kLatent + kFree;
  add_linear("transition.vectors", kHidden, 2 * kBoth);
  add_linear("transition.free", kLatent, kFree);
  if (kind == TransitionKind::kGated || kind == TransitionKind::kRecurrent) add("transition.gate", kBoth, kBoth);
  if (kind == TransitionKind::kRecurrent) add("transition.candidate", kBoth, kBoth);
  add_norm("value.norm", kBoth);
  add_linear("value.hidden", kBoth, kHidden);
  add_linear("value.middle", kHidden, kHidden);
  add_linear("value.output", kHidden, 1);
  return file;
}

}  // namespace tilecast::testing
