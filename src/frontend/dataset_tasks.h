// The tasks of a dataset: those of many models, each once, without those of models and suites that are kept apart.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/result.h"
#include "record/dataset.h"

namespace tilecast {

struct DatasetTaskLimits {
  // Work of a task that is taken. Below, a program is over before its time says anything; above, measuring one takes
  // longer than it is worth.
  double least_flops = 1e5;
  double most_flops = 4e9;
};

struct DatasetTaskList {
  Dataset dataset;             // tasks only
  std::size_t kept_apart = 0;  // tasks left out since a model or suite that is kept apart has them
  std::size_t outside_limits = 0;
};

// `index` is a JSON file (scripts/dataset/export.py writes it):
//   {"models": [{"file": "resnet18_224.onnx", "name": "resnet18_224", "network": "resnet18", "kind": "vision",
//                "held_out": false}, …],
//    "apart": ["resnet50.onnx", "/…/data/subgraphs.json", …]}
// Files are relative to its folder; those of "apart" are ONNX models and suites. `on_model` is called with each file
// before it is read. Errors name the file and what is wrong with it; a network that is held out in one entry and not in
// another is one.
Result<DatasetTaskList> list_dataset_tasks(const std::filesystem::path& index, const DatasetTaskLimits& limits = {},
                                           const std::function<void(const std::string&)>& on_model = {});

}  // namespace tilecast
