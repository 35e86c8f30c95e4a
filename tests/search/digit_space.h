// A space that stands for any other in tests of search: a candidate is a row of digits.
#pragma once

#include <algorithm>
#include <vector>

#include "evaluator/evaluator.h"
#include "search/search_policy.h"

namespace tilecast::testing {

class DigitSpace final : public Space {
 public:
  DigitSpace(int sketches, std::size_t digits, int values) : sketches_(sketches), digits_(digits), values_(values) {}

  std::vector<AlgorithmWork> algorithms() const override { return {{"direct", 1}}; }
  int sketch_count() const override { return sketches_; }
  Candidate default_candidate() const override { return make(0, std::vector<std::int32_t>(digits_, 0)); }
  Candidate sample(Random& random) const override {
    const auto sketch = static_cast<int>(random.below(static_cast<std::size_t>(sketches_)));
    std::vector<std::int32_t> digits(digits_);
    for (std::int32_t& digit : digits) digit = draw(random);
    return make(sketch, digits);
  }
  std::optional<Candidate> mutate(const Candidate& parent, Random& random) const override {
    std::vector<std::int32_t> digits = parent.decisions;
    digits[random.below(digits_)] = draw(random);
    return digits == parent.decisions ? std::nullopt : expand(parent.sketch, digits);
  }
  std::optional<Candidate> crossover(const Candidate& a, const Candidate& b, Random& random) const override {
    if (a.sketch != b.sketch) return std::nullopt;
    std::vector<std::int32_t> digits = a.decisions;
    for (std::size_t i = 0; i < digits_; ++i) digits[i] = random.chance(0.5) ? b.decisions[i] : digits[i];
    return expand(a.sketch, digits);
  }
  std::optional<Candidate> expand(int sketch, const std::vector<std::int32_t>& digits) const override {
    const bool fits = std::all_of(digits.begin(), digits.end(), [&](std::int32_t d) { return d >= 0 && d < values_; });
    if (sketch < 0 || sketch >= sketches_ || digits.size() != digits_ || !fits) return std::nullopt;
    return make(sketch, digits);
  }

  // What is judged and measured: the sum of a trajectory's digits.
  static int sum(const Trajectory& trajectory) {
    int result = 0;
    for (std::size_t i = 1; i < trajectory.size(); ++i) {
      result += static_cast<int>(std::get<UnrollLimit>(trajectory[i]).max_steps);
    }
    return result;
  }

 private:
  std::int32_t draw(Random& random) const {
    return static_cast<std::int32_t>(random.below(static_cast<std::size_t>(values_)));
  }
  // The sketch, then a digit each.
  static Candidate make(int sketch, const std::vector<std::int32_t>& digits) {
    Candidate candidate{sketch, digits, {UnrollLimit{"sketch", sketch}}};
    for (const std::int32_t digit : digits) candidate.trajectory.push_back(UnrollLimit{"digit", digit});
    return candidate;
  }

  int sketches_;
  std::size_t digits_;
  int values_;
};

// Knows the truth: larger sums are better.
class DigitJudge final : public Evaluator {
 public:
  explicit DigitJudge(bool pretrained = false) : pretrained_(pretrained) {}
  std::string name() const override { return "digits"; }
  std::vector<double> score(const TaskContext&, std::span<const Trajectory> trajectories) const override {
    std::vector<double> scores;
    for (const Trajectory& trajectory : trajectories) scores.push_back(DigitSpace::sum(trajectory));
    return scores;
  }
  void update(const TaskContext&, std::span<const MeasureRecord>) override {}
  Status pretrain(std::span<const TaskRecords>) override { return Unit{}; }
  bool is_pretrained() const override { return pretrained_; }
  std::unique_ptr<Evaluator> fresh() const override { return std::make_unique<DigitJudge>(pretrained_); }

 private:
  bool pretrained_;
};

// The record of a proposal: the larger its sum, the faster.
inline MeasureRecord measured(const Proposal& proposal) {
  MeasureRecord record;
  record.trajectory = proposal.candidate.trajectory;
  record.sketch = proposal.candidate.sketch;
  record.decisions = proposal.candidate.decisions;
  record.latencies = {1.0 / (1 + DigitSpace::sum(record.trajectory))};
  return record;
}

inline std::vector<MeasureRecord> measured(const std::vector<Proposal>& proposals) {
  std::vector<MeasureRecord> records;
  for (const Proposal& proposal : proposals) records.push_back(measured(proposal));
  return records;
}

}  // namespace tilecast::testing
