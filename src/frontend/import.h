// From an ONNX file to tasks and calls: reader, lowering, passes and partition in one.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "frontend/onnx_reader.h"
#include "frontend/partition.h"

namespace tilecast {

struct ImportedModel {
  Network network;  // after all passes
  Partition partition;
};

// Errors are one line that names the file, and the node where there is one.
Result<ImportedModel> import_onnx(const std::filesystem::path& file, const InputShapes& shapes = {});

}  // namespace tilecast
