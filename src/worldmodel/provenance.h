// What the parts of a model learnt from, in the metadata of its file.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "worldmodel/tensor_file.h"

namespace tilecast {

struct PartTraining {
  std::string data_hash;  // of all that it could learn from
  std::size_t records = 0;
  std::size_t tasks = 0;
  std::uint64_t seed = 0;
  std::int64_t steps = 0;
  std::map<std::string, double> results;  // at the end, such as the loss
};

// Metadata PART.data_hash, PART.records and so on, and PART.NAME of each result; what the file said of the part before
// is gone.
void write_training(const std::string& part, const PartTraining& training, TensorFile& file);
// Takes what another file says of the part.
void copy_training(const std::string& part, const TensorFile& from, TensorFile& to);

// What the file says of all parts, for a person, on one line.
std::string training_text(const TensorFile& file);

}  // namespace tilecast
