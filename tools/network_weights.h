// How much the tasks of a split count.
#pragma once

#include <map>
#include <string>

#include "record/dataset.h"

namespace tilecast::tools {

// How often each network runs a task. A task of the held-out split may occur in networks of which other tasks were
// learnt from: those are no held-out networks and do not count.
class NetworkWeights {
 public:
  using Weights = std::map<std::string, double>;  // by network

  NetworkWeights(const Dataset& dataset, DatasetSplit split);
  // Of a task of the split, by its key.
  const Weights& of(const std::string& key) const { return weights_.at(key); }

 private:
  std::map<std::string, Weights> weights_;  // by task key
};

}  // namespace tilecast::tools
