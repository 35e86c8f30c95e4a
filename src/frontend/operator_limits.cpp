#include "frontend/operator_list.h"

namespace tilecast {

const std::map<std::string, std::string>& operator_limits() {
  static const std::map<std::string, std::string> limits = {
      {"AveragePool", "1 to 3 spatial dims; ceil_mode unless the last window begins behind the input"},
      {"BatchNormalization", "inference"},
      {"BitShift", "uint8"},
      {"Cast", "not to float16, double or text"},
      {"CastLike", "not to float16, double or text"},
      {"Conv", "1 to 3 spatial dims, no negative pads"},
      {"ConvTranspose", "1 to 3 spatial dims, no negative pads"},
      {"Det", "up to three rows"},
      {"Div", "no constant whole zero as divisor"},
      {"Dropout", "inference, or a constant ratio of 0"},
      {"Flatten", "any type"},
      {"LayerNormalization", "stash_type 1"},
      {"LpNormalization", "p 1 or 2"},
      {"MaxPool", "1 to 3 spatial dims; no Indices; ceil_mode unless the last window begins behind the input"},
      {"Mod", "no constant whole zero as divisor"},
      {"Pad", "constant (finite), reflect, edge; no negative pads"},
      {"Pow", "powers of whole numbers are exact up to 2^24, by constants up to 8 always"},
      {"Range", "of constants"},
      {"Resize", "spatial dims; nearest, linear; scales that make whole extents; not tf_crop_and_resize"},
      {"Size", "any type"},
      {"Transpose", "any type"},
  };
  return limits;
}

}  // namespace tilecast
