// Reads ONNX files through onnx's own protobuf classes and shape inference.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"
#include "frontend/model.h"

namespace tilecast {

// Shapes given by the user, by the name of a graph input.
using InputShapes = std::map<std::string, Shape>;

// Reads the file, its external weight files and all shapes. Errors (one line: the file, the node or value, what to do):
// unreadable or damaged files, opsets below 11, missing or short external data, element types that the code generator
// does not know, dimensions that stay symbolic (with the names to give to --shape), values without a shape.
Result<Model> read_onnx(const std::filesystem::path& file, const InputShapes& shapes = {});

}  // namespace tilecast
