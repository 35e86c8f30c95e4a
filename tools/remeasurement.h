// Remeasurement: the best programs of several searches of one subgraph, timed in turns. Times of two searches were
// taken minutes apart, and machines change; these compare.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "search_judge.h"

namespace tilecast::tools {

struct RemeasuredJudge {
  SearchJudge judge;
  std::vector<double> seconds;  // of its best program, one a round that went well; empty: it found none
  bool operator==(const RemeasuredJudge&) const = default;
  // The median; infinity without any.
  double median_seconds() const;
};

struct Remeasurement {
  std::string subgraph;
  std::string task_key;
  std::uint64_t seed = 0;
  std::string hardware;  // Hardware::fingerprint
  int threads = 1;
  double peak_gflops = 0;  // of the machine, before these searches
  std::vector<RemeasuredJudge> judges;
  bool operator==(const Remeasurement&) const = default;

  std::vector<SearchJudge> searched() const;
  // Null: that judge had no turn.
  const RemeasuredJudge* find(const SearchJudge& judge) const;
};

nlohmann::json to_json(const Remeasurement& remeasurement);
Result<Remeasurement> remeasurement_from_json(const nlohmann::json& json);

// The file in a bench's directory, an object a line; the later of two lines holds.
std::filesystem::path remeasurement_file(const std::filesystem::path& directory);
// None where there is no file. Errors name the file and the line.
Result<std::vector<Remeasurement>> read_remeasurements(const std::filesystem::path& file);
// Replaces the file as a whole.
Status write_remeasurements(const std::filesystem::path& file, std::span<const Remeasurement> remeasurements);

// What a remeasurement must be of to count.
struct RemeasurementKey {
  std::string subgraph;
  std::string task_key;
  std::uint64_t seed = 0;
  std::string hardware;
  int threads = 1;
};
// The last one of these in which all the judges had their turns; null: none.
const Remeasurement* find_remeasurement(std::span<const Remeasurement> all, const RemeasurementKey& key,
                                        std::span<const SearchJudge> judges);

}  // namespace tilecast::tools
