// NumPy's .npy files: how tensors enter and leave the program `tilecast`, and the expected results of tests.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "ir/tensor_type.h"

namespace tilecast {

struct NpyArray {
  TensorType type;
  std::vector<std::byte> bytes;  // row-major
};

// Fails with one line on a file that cannot be read, is no .npy file, is cut off, is big-endian or in Fortran order, or
// holds an element type that Tilecast does not know.
Result<NpyArray> read_npy(const std::filesystem::path& file);

// `bytes` holds the elements of `type`. Fails when the file cannot be written.
Status write_npy(const std::filesystem::path& file, const TensorType& type, const std::vector<std::byte>& bytes);

}  // namespace tilecast
