#include "space/decision.h"

#include <algorithm>
#include <cassert>

#include "base/hash.h"

namespace tilecast {

std::uint64_t DecisionKey::hash() const {
  StableHash h;
  h.add_bytes(stage.view());
  h.add_bytes(label);
  h.add_int(static_cast<std::uint64_t>(number));
  return h.finish();
}

std::int32_t DecisionSource::choose(const DecisionKey& key, std::span<const Option> options) {
  assert(!options.empty());
  if (options.size() == 1) return options.front().value;
  const std::uint64_t hash = key.hash();
  const std::int32_t value = answer(hash, options);
  answers_.push_back({hash, value, {options.begin(), options.end()}});
  return value;
}

std::vector<std::int32_t> DecisionSource::values() const {
  std::vector<std::int32_t> values;
  values.reserve(answers_.size());
  for (const Answer& a : answers_) values.push_back(a.value);
  return values;
}

std::int32_t sample_option(std::span<const Option> options, Random& random) {
  double total = 0;
  for (const Option& option : options) total += option.weight;
  double point = random.uniform() * total;
  for (const Option& option : options) {
    point -= option.weight;
    if (point < 0) return option.value;
  }
  return options.back().value;
}

namespace {

bool offers(std::span<const Option> options, std::int32_t value) {
  return std::any_of(options.begin(), options.end(), [&](const Option& option) { return option.value == value; });
}

}  // namespace

std::int32_t SampledDecisions::answer(std::uint64_t, std::span<const Option> options) {
  return sample_option(options, random_);
}

std::int32_t LikeliestDecisions::answer(std::uint64_t, std::span<const Option> options) {
  return std::max_element(options.begin(), options.end(),
                          [](const Option& a, const Option& b) { return a.weight < b.weight; })
      ->value;
}

std::int32_t RecordedDecisions::answer(std::uint64_t, std::span<const Option> options) {
  if (next_ < values_.size() && offers(options, values_[next_])) return values_[next_++];
  fits_ = false;
  return options.front().value;
}

std::int32_t KeyedDecisions::answer(std::uint64_t key, std::span<const Option> options) {
  const auto it = values_.find(key);
  if (it != values_.end() && offers(options, it->second)) return it->second;
  return sample_option(options, random_);
}

}  // namespace tilecast
