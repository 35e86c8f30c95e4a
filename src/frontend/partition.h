// Cuts a network into tasks: kernels to be tuned, and the calls that make the whole model of them.
#pragma once

#include <string>
#include <vector>

#include "frontend/network.h"
#include "ir/task.h"

namespace tilecast {

// One run of a task's kernel: which values of the network are its arguments and its result.
struct TaskCall {
  std::string name;               // of the operator whose result it computes
  std::size_t task = 0;           // index into Partition::tasks
  std::vector<NetworkId> inputs;  // one an input of the task's graph; of its type, perhaps a view of another value
  NetworkId output = -1;
  std::vector<NetworkId> operators;  // what it computes, in order; the last one is the output
};

struct Partition {
  std::vector<WeightedTask> tasks;  // each key once; the weight counts its calls
  std::vector<TaskCall> calls;      // each after those whose results it reads
};

// Every live operator is computed by exactly one call, except reshapes between calls: those are views (see storage_of).
// Element-wise operators go with what they are applied to, transpositions with the product that reads or makes them.
// Fails where ops/ cannot build a task; the message names the node.
Result<Partition> partition(const Network& network);

// The value whose memory holds `id`: itself, or for a reshape what is reshaped.
NetworkId storage_of(const Network& network, NetworkId id);

}  // namespace tilecast
