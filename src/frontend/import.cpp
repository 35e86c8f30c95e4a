#include "frontend/import.h"

#include <fmt/format.h>

#include "frontend/lowering/lowering.h"
#include "frontend/passes/passes.h"

namespace tilecast {
namespace {

Result<ImportedModel> import(const Model& model) {
  ImportedModel result;
  TILECAST_TRY(result.network, lower_model(model));
  optimize(result.network);
  TILECAST_TRY(result.partition, partition(result.network));
  return result;
}

}  // namespace

Result<ImportedModel> import_onnx(const std::filesystem::path& file, const InputShapes& shapes) {
  TILECAST_TRY(const Model model, read_onnx(file, shapes));
  auto result = import(model);
  if (!result.ok()) return Error{fmt::format("{}: {}", file.string(), result.error().message)};
  return result;
}

}  // namespace tilecast
