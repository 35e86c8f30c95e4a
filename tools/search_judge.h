// Which judge guides the searches of `tilecast bench search` and `bench search-models`, what it has learnt before, and
// for how many trials.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"

namespace tilecast::tools {

struct SearchJudge {
  std::string evaluator;    // one of evaluator_names()
  bool pretrained = false;  // on the files of --warm-start, or the trees of its model
  std::int64_t trials = 0;
  bool operator==(const SearchJudge&) const = default;

  // "static+pretrained:64": what parse_judge reads.
  std::string label() const;
};

// The labels with commas between them.
std::string labels_of(std::span<const SearchJudge> judges);

// NAME, NAME+pretrained, NAME:TRIALS or NAME+pretrained:TRIALS; `trials` where the text has none. Whether an evaluator
// has that name is not checked.
Result<SearchJudge> parse_judge(const std::string& text, std::int64_t trials);

// The record log of one search, of a subgraph or of a model's tasks: NAME-JUDGE-SEED.jsonl. A search of other trials
// explores at another pace: it has another log.
std::filesystem::path search_log(const std::filesystem::path& directory, const std::string& name,
                                 const SearchJudge& judge, std::uint64_t seed);

}  // namespace tilecast::tools
