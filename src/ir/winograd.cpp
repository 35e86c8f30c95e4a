#include "ir/winograd.h"

#include <array>

namespace tilecast {
namespace {

constexpr std::array<double, 16> kInput2 = {1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, 1, 0, -1};
constexpr std::array<double, 12> kWeight2 = {1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1};
constexpr std::array<double, 8> kOutput2 = {1, 1, 1, 0, 0, 1, -1, -1};

constexpr std::array<double, 36> kInput4 = {4, 0,  -5, 0, 1, 0, 0, -4, -4, 1,  1, 0, 0, 4, -4, -1, 1, 0,
                                            0, -2, -1, 2, 1, 0, 0, 2,  -1, -2, 1, 0, 0, 4, 0,  -5, 0, 1};
constexpr std::array<double, 18> kWeight4 = {1. / 4,  0,        0,       -1. / 6, -1. / 6, -1. / 6,
                                             -1. / 6, 1. / 6,   -1. / 6, 1. / 24, 1. / 12, 1. / 6,
                                             1. / 24, -1. / 12, 1. / 6,  0,       0,       1};
constexpr std::array<double, 24> kOutput4 = {1, 1, 1, 1, 1, 0, 0, 1, -1, 2, -2, 0,
                                             0, 1, 1, 4, 4, 0, 0, 1, -1, 8, -8, 1};

constexpr Winograd kWinograd2 = {2, 4, kInput2, kWeight2, kOutput2};
constexpr Winograd kWinograd4 = {4, 6, kInput4, kWeight4, kOutput4};

}  // namespace

const Winograd& winograd(int outputs) {
  return outputs == 2 ? kWinograd2 : kWinograd4;
}

}  // namespace tilecast
