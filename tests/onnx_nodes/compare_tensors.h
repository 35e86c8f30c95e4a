// Compares what a node test computes with what it must.
#pragma once

#include "base/result.h"
#include "ir/npy.h"

namespace tilecast::testing {

// As ONNX's own runner: type and shape, whole numbers and truth values exactly, the others within 1e-3 of the value
// wanted plus 1e-7; NaN equals NaN. The error names the first element that differs.
Status compare_tensors(const NpyArray& got, const NpyArray& want);

}  // namespace tilecast::testing
