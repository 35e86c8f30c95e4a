#include <optional>
#include <string_view>
#include <utility>

#include "base/text_file.h"
#include "worldmodel/roberta_encoder.h"

namespace tilecast {
namespace {

// Tensors have the prefix or not, as the whole of a model or its encoder alone was written; files of TensorFlow's time
// call the weights of a normalisation gamma and beta. Nothing for tensors that are no part of the encoder.
std::optional<std::string> name_in_one_file(std::string name) {
  constexpr std::string_view kPrefix = "roberta.";
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  if (!name.starts_with("embeddings.") && !name.starts_with("encoder.")) return std::nullopt;
  for (const auto& [old_ending, ending] : {std::pair{".gamma", ".weight"}, std::pair{".beta", ".bias"}}) {
    if (name.ends_with(old_ending)) name.replace(name.rfind('.'), std::string::npos, ending);
  }
  return std::string(kPrefix) + name;
}

}  // namespace

Result<TensorFile> read_roberta_directory(const std::filesystem::path& directory) {
  TensorFile result;
  for (const std::string name : {"vocab.json", "merges.txt"}) {
    TILECAST_TRY(result.metadata[name], read_text(directory / name));
  }
  std::error_code error;
  if (std::filesystem::exists(directory / "config.json", error)) {
    TILECAST_TRY(result.metadata["config.json"], read_text(directory / "config.json"));
  }
  TILECAST_TRY(TensorFile tensors, read_tensor_file(directory / "model.safetensors"));
  for (auto& [name, tensor] : tensors.tensors) {
    const std::optional<std::string> own_name = name_in_one_file(name);
    if (own_name) result.tensors[*own_name] = std::move(tensor);
  }
  return result;
}

}  // namespace tilecast
