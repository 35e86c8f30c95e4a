// Decisions: the open numbers of a sketch. A rule asks for each by name when it needs it; who answers (a random sample,
// a recorded candidate, a mutation of one) is not the rule's business. So a later decision may depend on an earlier
// one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/name.h"
#include "base/random.h"

namespace tilecast {

// A value that a decision may take and how likely a random sample takes it (relative to the others, positive).
struct Option {
  std::int32_t value = 0;
  double weight = 1;
};

// Names a decision within a sketch: which stage, what about it, and a number (an axis, say).
struct DecisionKey {
  Name stage;
  std::string_view label;  // a literal
  int number = 0;
  std::uint64_t hash() const;
};

class DecisionSource {
 public:
  virtual ~DecisionSource() = default;
  // One of the options' values; `options` is not empty. An answer to a decision with one option is not recorded.
  std::int32_t choose(const DecisionKey& key, std::span<const Option> options);

  // What was answered, in order, and how many options there were.
  struct Answer {
    std::uint64_t key = 0;
    std::int32_t value = 0;
    std::vector<Option> options;
  };
  const std::vector<Answer>& answers() const { return answers_; }
  std::vector<std::int32_t> values() const;

 protected:
  virtual std::int32_t answer(std::uint64_t key, std::span<const Option> options) = 0;

 private:
  std::vector<Answer> answers_;
};

// By weight.
class SampledDecisions final : public DecisionSource {
 public:
  explicit SampledDecisions(Random& random) : random_(random) {}

 private:
  std::int32_t answer(std::uint64_t key, std::span<const Option> options) override;
  Random& random_;
};

// The most likely option, the first of equals.
class LikeliestDecisions final : public DecisionSource {
  std::int32_t answer(std::uint64_t key, std::span<const Option> options) override;
};

// Recorded values in order. `fits` turns false when a value is not among the options, or values are missing.
class RecordedDecisions final : public DecisionSource {
 public:
  explicit RecordedDecisions(std::span<const std::int32_t> values) : values_(values) {}
  // Whether every decision so far had its value, and no value is left over.
  bool fits() const { return fits_ && next_ == values_.size(); }

 private:
  std::int32_t answer(std::uint64_t key, std::span<const Option> options) override;
  std::span<const std::int32_t> values_;
  std::size_t next_ = 0;
  bool fits_ = true;
};

// Values by key where they are among the options; the rest is sampled.
class KeyedDecisions final : public DecisionSource {
 public:
  KeyedDecisions(std::unordered_map<std::uint64_t, std::int32_t> values, Random& random)
      : values_(std::move(values)), random_(random) {}

 private:
  std::int32_t answer(std::uint64_t key, std::span<const Option> options) override;
  std::unordered_map<std::uint64_t, std::int32_t> values_;
  Random& random_;
};

// An option drawn by weight.
std::int32_t sample_option(std::span<const Option> options, Random& random);

}  // namespace tilecast
