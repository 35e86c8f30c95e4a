// What normalisations share: parameters of the channels, and statistics.
#pragma once

#include "frontend/lowering/composition.h"

namespace tilecast {

// Input `input`, one element a channel of input 0; an error when it has another shape.
Result<NetworkId> channel_parameter(NodeLowering& node, std::size_t input);
// A vector with one element a channel in the shape that is broadcast against input 0 as it is stored.
Result<NetworkId> along_channels(NodeLowering& node, NetworkId vector);

struct Centred {
  NetworkId deviation;  // from the mean
  NetworkId variance;   // the reduced dimensions have one element
};
// `mean` is x reduced over `axes` of the stored value.
Centred centre(Composition& c, NetworkId x, NetworkId mean, const Ints& axes);

// 1 / sqrt(variance + epsilon).
NetworkId inverse_deviation(Composition& c, NetworkId variance, double epsilon);

}  // namespace tilecast
