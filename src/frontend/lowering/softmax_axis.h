// The axis of Softmax, LogSoftmax and Hardmax.
#pragma once

#include <functional>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

// Makes the operator of a float32 value, as it is stored, along one of its dimensions.
using AlongAxis = std::function<Result<NetworkId>(NetworkId x, std::size_t axis)>;

// Lowers a node that works along its attribute 'axis'. Before opset 13 all dimensions from the axis on are one.
Status lower_along_axis(NodeLowering& node, const AlongAxis& emit);

}  // namespace tilecast
