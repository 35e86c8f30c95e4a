// Concatenations without a step of their own: the kernels that compute the operands write their parts of the result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "frontend/import.h"
#include "runtime/package/strides.h"

namespace tilecast {

// Where the elements of a value lie.
struct Place {
  NetworkId tensor = -1;    // the value whose memory it is
  std::int64_t offset = 0;  // of the first element there, in elements
  Strides strides;          // of the value's shape
};

struct ConcatPlacement {
  // Results of calls that lie in the memory of a concatenation's result, by storage_of.
  std::map<NetworkId, Place> parts;
  std::vector<bool> in_place;  // one a call: it needs no step, what it concatenates lies where it must
};

// A concatenation that is a call by itself vanishes when each of its operands is the result of a call that can be
// written there:
//
//   a = conv(…)                             a = conv(…)   into r, from channel 0
//   b = conv(…)                       ->    b = conv(…)   into r, from channel 64
//   r = concat(a, b)
//
// No operand may be an output of the model, occur twice, lie in another result already, be read under a shape that its
// strides cannot express, or fall into pieces of less than half a cache line. The larger concatenation comes first. One
// whose operands lie next to each other in a larger one already is a view of that one:
//
//   p = concat(a, b); q = concat(a, b, c)   ->   p is the first channels of q
//
// The results of concatenations may be operands of others.
ConcatPlacement place_concatenations(const ImportedModel& model);

// Of any value but a constant.
Place place_of(const Network& network, const ConcatPlacement& placement, NetworkId value);

}  // namespace tilecast
