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

// Of ONNX's own domain. The newest one that is read is the newest that the onnx library knows.
inline constexpr int kOldestOpset = 11;

// Whether this is the name of ONNX's own domain, which has two.
bool is_onnx_domain(const std::string& domain);

// Reads the file, its external weight files and all shapes. Models of an opset before 11 are read as of 11 if their
// operators mean the same there. Errors (one line: the file, the node or value, what to do): unreadable or damaged
// files, other opsets, missing or short external data, element types that the code generator does not know, dimensions
// that stay symbolic (with the names to give to --shape), values without a shape.
Result<Model> read_onnx(const std::filesystem::path& file, const InputShapes& shapes = {});

}  // namespace tilecast
