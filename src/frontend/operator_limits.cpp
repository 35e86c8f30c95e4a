#include "frontend/operator_list.h"

namespace tilecast {

const std::map<std::string, std::string>& operator_limits() {
  static const std::map<std::string, std::string> limits = {
      {"AveragePool", "1 to 3 spatial dims; ceil_mode unless the last window begins behind the input"},
      {"BatchNormalization", "inference"},
      {"Cast", "not to float16, double or text"},
      {"Concat", "64 inputs"},
      {"Conv", "1 to 3 spatial dims, no negative pads"},
      {"ConvTranspose", "1 to 3 spatial dims, no negative pads"},
      {"Div", "whole numbers: non-negative constants"},
      {"Dropout", "inference, no mask"},
      {"Flatten", "any type"},
      {"LayerNormalization", "stash_type 1"},
      {"MaxPool", "1 to 3 spatial dims; no Indices; ceil_mode unless the last window begins behind the input"},
      {"Pad", "constant (finite), reflect, edge; no negative pads"},
      {"Range", "of constants"},
      {"Resize", "spatial dims; nearest, linear; scales that make whole extents; not tf_crop_and_resize"},
      {"Size", "any type"},
      {"Transpose", "any type"},
  };
  return limits;
}

}  // namespace tilecast
