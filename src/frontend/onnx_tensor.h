// Element types and tensors of ONNX files as ours.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.h"
#include "ir/tensor_type.h"

namespace tilecast {

// More elements than this are taken for a damaged file.
inline constexpr std::int64_t kMostElements = std::int64_t{1} << 33;

// Nothing for types that no kernel is made for (float16, string, complex …), and for numbers of no type.
std::optional<DataType> data_type_from_onnx(std::int64_t onnx_type);
// "float16", "string", …
std::string onnx_type_name(int onnx_type);

struct OnnxTensor {
  TensorType type;
  std::vector<std::byte> bytes;  // row-major, little-endian
};

// Reads a tensor with its data, wherever in the file or beside it (`directory`) that is.
Result<OnnxTensor> read_onnx_tensor(const onnx::TensorProto& tensor, const std::filesystem::path& directory);

}  // namespace tilecast
