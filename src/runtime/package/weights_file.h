// Writes a model's weights: its constants, each in the layouts that its calls' schedules want.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "frontend/network.h"
#include "schedule/packing.h"

namespace tilecast {

class WeightsFile {
 public:
  // Creates the file. Fails when it cannot be written, as do the others.
  static Result<WeightsFile> create(std::filesystem::path file);

  // Where `constant` stands in the file with this layout; a multiple of kTensorAlignment. Content that is already there
  // is not written again.
  Result<std::int64_t> add(const NetworkNode& constant, const ConstantLayout& layout);

  struct Summary {
    std::int64_t bytes = 0;
    std::uint64_t hash = 0;  // runtime::weights_hash
  };
  // Ends the file.
  Result<Summary> finish();

 private:
  struct Entry {
    std::int64_t offset = 0;
    std::int64_t bytes = 0;
  };
  explicit WeightsFile(std::filesystem::path file) : file_(std::move(file)) {}
  Result<std::int64_t> add_bytes(std::span<const std::byte> bytes);
  Result<bool> holds(const Entry& entry, std::span<const std::byte> bytes);
  Error write_error() const;

  std::filesystem::path file_;
  std::fstream stream_;
  std::int64_t end_ = 0;
  std::unordered_multimap<std::uint64_t, Entry> entries_;  // by hash of the content
  // What is there, by constant (kept, since its address is the key), shape and layout: nothing is packed twice.
  using Key = std::tuple<ConstantBytes, Shape, ConstantLayout>;
  std::map<Key, std::int64_t> known_;
};

}  // namespace tilecast
