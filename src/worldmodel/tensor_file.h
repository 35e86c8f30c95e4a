// Named tensors and a few words about them in one file, in the safetensors format (huggingface.co/docs/safetensors):
// eight bytes of length, a JSON header, the numbers. What Tilecast trains is kept so, and what others trained can be
// read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tilecast {

struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;  // row-major, as many as the shape says
  bool operator==(const Tensor&) const = default;
};

struct TensorFile {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> bytes;  // what is no numbers (type U8), under names that no tensor has
  bool operator==(const TensorFile&) const = default;

  // The tensor of this name, which must have this shape; -1 stands for any extent.
  Result<const Tensor*> find(const std::string& name, const std::vector<std::int64_t>& shape) const;
};

// The first of `expected` that the file's metadata does not have with this value.
struct MetadataDifference {
  std::string name;
  std::string actual;  // "none" where the file says nothing of it
  std::string expected;
};
std::optional<MetadataDifference> metadata_difference(const TensorFile& file,
                                                      const std::map<std::string, std::string>& expected);

// Tensors of the types F32, F16 and BF16 become floats, those of U8 bytes; those of other types are left out. Errors
// name the file: missing, cut off, a header that is no JSON, a tensor that lies outside the file or whose bytes do not
// fit its shape.
Result<TensorFile> read_tensor_file(const std::filesystem::path& file);
// Replaces the file, once all is written.
Status write_tensor_file(const std::filesystem::path& file, const TensorFile& tensors);

}  // namespace tilecast
