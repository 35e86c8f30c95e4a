// How well a transition foresees latents, by the number of steps; and whether judges that see foreseen latents say the
// same as those that see true ones.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace tilecast {

// Numbers of steps that are counted together.
struct StepRange {
  std::size_t first = 1;
  std::size_t last = 1;  // included; kNoLastStep: without end
};
inline constexpr std::size_t kNoLastStep = static_cast<std::size_t>(-1);
inline constexpr std::array<StepRange, 10> kStepRanges = {
    {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 6}, {7, 8}, {9, 12}, {13, 16}, {17, 24}, {25, kNoLastStep}}};
// "4", "5-6" or "25+".
std::string to_text(const StepRange& range);

// Of states: sums, so that qualities add up. Means are 0 where there is no state.
class LatentQuality {
 public:
  // One state's latents: foreseen, true, and that of the unscheduled program.
  void add(std::span<const float> foreseen, std::span<const float> encoded, std::span<const float> initial);
  void add(const LatentQuality& other);

  std::size_t states() const { return states_; }
  // Means over the states: the cosine of foreseen and true latents, and their squared error a component.
  double cosine() const { return mean(cosine_); }
  double error() const { return mean(error_); }
  // The same of a transition by which no action changes anything, to compare with.
  double unchanged_cosine() const { return mean(unchanged_cosine_); }
  double unchanged_error() const { return mean(unchanged_error_); }

 private:
  double mean(double sum) const { return states_ == 0 ? 0 : sum / static_cast<double>(states_); }

  std::size_t states_ = 0;
  double cosine_ = 0;
  double error_ = 0;
  double unchanged_cosine_ = 0;
  double unchanged_error_ = 0;
};

class RolloutQuality {
 public:
  // One trajectory: foreseen and true latents before the first action and after each, (actions + 1) x width both. The
  // state before the first action is known, not foreseen, and does not count.
  void add(std::span<const float> foreseen, std::span<const float> encoded, std::size_t width);

  const std::array<LatentQuality, kStepRanges.size()>& by_steps() const { return by_steps_; }  // as kStepRanges
  LatentQuality all() const;

 private:
  std::array<LatentQuality, kStepRanges.size()> by_steps_{};
};

// Spearman's correlation of two judges' scores within a task.
class ScoreAgreement {
 public:
  static constexpr std::size_t kFewestPrograms = 5;  // the correlation of fewer is mostly chance

  // One task's programs; with fewer than kFewestPrograms the task does not count.
  void add(std::span<const double> scores, std::span<const double> others);
  void add(const ScoreAgreement& other);

  std::size_t tasks() const { return tasks_; }
  // The mean over the tasks; 0 where there is none.
  double mean_correlation() const { return tasks_ == 0 ? 0 : correlation_ / static_cast<double>(tasks_); }

 private:
  std::size_t tasks_ = 0;
  double correlation_ = 0;
};

// By how many actions a task's trajectories have: its mean, rounded, says which of kStepRanges it counts in.
class AgreementByLength {
 public:
  void add(std::span<const double> scores, std::span<const double> others, double mean_length);

  const std::array<ScoreAgreement, kStepRanges.size()>& by_length() const { return by_length_; }  // as kStepRanges
  ScoreAgreement all() const;

 private:
  std::array<ScoreAgreement, kStepRanges.size()> by_length_{};
};

}  // namespace tilecast
