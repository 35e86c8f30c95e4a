// One of ONNX's node tests: a folder with a model of one operator (or of the function that an operator stands for), the
// inputs of a run and the outputs that it must have.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/npy.h"

namespace tilecast::testing {

// Where Debian's package libonnx-testdata has them.
inline constexpr const char* kNodeTests = "/usr/share/libonnx-testdata/data/node";

// The names of all tests in a folder, sorted. Fails when there are none, with the package to install.
Result<std::vector<std::string>> node_test_names(const std::filesystem::path& directory);

// Fails when the file cannot be read.
Result<onnx::ModelProto> read_node_model(const std::filesystem::path& folder);

// The tensors of the first data set, as many as the graph has inputs ("input") or outputs ("output"), in its order.
// They must be tensors. Fails when a file is missing or damaged.
Result<std::vector<onnx::TensorProto>> read_node_tensors(const std::filesystem::path& folder, const std::string& kind,
                                                         int count);

// Fails for element types that Tilecast does not have.
Result<NpyArray> array_of(const onnx::TensorProto& tensor);

// What the test is about: "Conv", "Softmax (expanded)" for the function behind an operator.
std::string node_test_operator(const std::filesystem::path& folder, const onnx::ModelProto& model);

}  // namespace tilecast::testing
