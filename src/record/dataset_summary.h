// What a dataset holds, in numbers.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "record/dataset.h"

namespace tilecast {

struct DatasetCounts {
  std::size_t tasks = 0;
  std::size_t networks = 0;
  std::size_t measured_tasks = 0;  // with a record that has a time
  std::size_t records = 0;
  std::size_t errors = 0;
  std::size_t good = 0;  // records within a quarter of the fastest of their task on the same hardware and threads
};

struct DatasetSummary {
  DatasetCounts all;
  std::map<std::string, DatasetCounts> by_split;  // every split has an entry
  std::map<std::string, DatasetCounts> by_kind;   // of network; a task of two kinds counts in both
  std::map<std::string, std::size_t> by_origin;   // records
  std::map<std::string, std::size_t> by_error;    // records
  std::size_t machine_states = 0;
};

DatasetSummary summarize(const Dataset& dataset);

std::string to_text(const DatasetSummary& summary);  // tables
nlohmann::json to_json(const DatasetSummary& summary);

}  // namespace tilecast
