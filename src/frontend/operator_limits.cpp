#include "frontend/operator_list.h"

namespace tilecast {

const std::map<std::string, std::string>& operator_limits() {
  static const std::map<std::string, std::string> limits = {
      {"AveragePool", "1 to 3 spatial dims"},
      {"BatchNormalization", "inference"},
      {"BitShift", "uint8"},
      {"Cast", "not to float16, double or text"},
      {"CastLike", "not to float16, double or text"},
      {"Compress", "constant condition"},
      {"Conv", "1 to 3 spatial dims"},
      {"ConvTranspose", "1 to 3 spatial dims, no negative pads"},
      {"CumSum", "constant axis; time grows with the square of the axis"},
      {"Det", "up to three rows"},
      {"Div", "no constant whole zero as divisor"},
      {"Dropout", "inference, or a constant ratio of 0"},
      {"Flatten", "any type"},
      {"GRU", "at most 4096 steps; sequence_lens constant, all steps"},
      {"LSTM", "at most 4096 steps; sequence_lens constant, all steps"},
      {"LayerNormalization", "stash_type 1"},
      {"LpNormalization", "p 1 or 2"},
      {"LpPool", "1 to 3 spatial dims"},
      {"MaxPool", "1 to 3 spatial dims"},
      {"MaxUnpool", "each index in its window, as MaxPool makes them"},
      {"Mod", "no constant whole zero as divisor"},
      {"NonZero", "constant input"},
      {"OneHot", "constant depth"},
      {"Pad", "constant (finite), reflect, edge"},
      {"Pow", "powers of whole numbers are exact up to 2^24, by constants up to 8 always"},
      {"RNN", "at most 4096 steps; sequence_lens constant, all steps"},
      {"Range", "of constants"},
      {"Resize", "constant scales, sizes and roi"},
      {"RoiAlign", "sampling_ratio at least 1"},
      {"ScatterElements", "reduction none, add, mul"},
      {"ScatterND", "reduction none, add, mul"},
      {"Size", "any type"},
      {"TopK", "constant k; time grows with the square of the axis"},
      {"Transpose", "any type"},
      {"Trilu", "constant k"},
      {"Unique", "constant input"},
  };
  return limits;
}

}  // namespace tilecast
