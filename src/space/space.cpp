#include "space/space.h"

#include <algorithm>

#include "space/generator.h"

namespace tilecast {
namespace {

// How often a rejected draw is repeated.
constexpr int kTries = 50;
constexpr int kChangeTries = 8;
// Share of mutations that move one decision to a neighbouring value; the rest draw it anew.
constexpr double kNeighbourShare = 0.5;

using Values = std::unordered_map<std::uint64_t, std::int32_t>;

std::int32_t changed_value(const DecisionSource::Answer& answer, Random& random) {
  const auto& options = answer.options;
  const auto current = static_cast<std::size_t>(
      std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.value == answer.value; }) -
      options.begin());
  if (random.chance(kNeighbourShare)) {
    const bool up = current == 0 || (current + 1 < options.size() && random.chance(0.5));
    return options[up ? current + 1 : current - 1].value;
  }
  std::vector<Option> others = options;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(current));
  return sample_option(others, random);
}

class RuleSpace final : public Space {
 public:
  RuleSpace(const TaskContext& context, const Hardware& hardware, int threads, const std::vector<Name>& algorithms)
      : generator_(context, hardware, threads), sketches_(generator_.sketches()) {
    drop_others(algorithms);
    drop_impossible();
  }

  std::vector<AlgorithmWork> algorithms() const override {
    std::vector<AlgorithmWork> found;
    for (const AlgorithmWork& algorithm : generator_.algorithms()) {
      const bool possible = std::any_of(sketches_.begin(), sketches_.end(), [&](const Sketch& s) {
        return s.algorithm == algorithm.algorithm && s.weight > 0;
      });
      if (possible) found.push_back(algorithm);
    }
    return found;
  }

  int sketch_count() const override { return static_cast<int>(sketches_.size()); }

  Candidate default_candidate() const override {
    for (const int sketch : likeliest_first()) {
      LikeliestDecisions decisions;
      if (auto candidate = make(sketch, decisions)) return *std::move(candidate);
    }
    Random random(0);
    return sample(random);
  }

  Candidate sample(Random& random) const override {
    // Where the rules find nothing, the program as it stands is a schedule all the same.
    if (std::none_of(sketches_.begin(), sketches_.end(), [](const Sketch& s) { return s.weight > 0; })) return {};
    while (true) {
      std::vector<double> weights;
      for (const Sketch& sketch : sketches_) weights.push_back(sketch.weight);
      const auto sketch = static_cast<int>(random.weighted(weights));
      for (int i = 0; i < kTries; ++i) {
        SampledDecisions decisions(random);
        if (auto candidate = make(sketch, decisions)) return *std::move(candidate);
      }
    }
  }

  std::optional<Candidate> mutate(const Candidate& parent, Random& random) const override {
    const std::vector<DecisionSource::Answer> answers = answers_of(parent);
    if (answers.empty()) return std::nullopt;
    for (int i = 0; i < kChangeTries; ++i) {
      Values values;
      for (const auto& answer : answers) values[answer.key] = answer.value;
      const int changes = random.chance(0.7) ? 1 : 2;
      for (int c = 0; c < changes; ++c) {
        const DecisionSource::Answer& answer = random.choice(answers);
        values[answer.key] = changed_value(answer, random);
      }
      KeyedDecisions decisions(std::move(values), random);
      auto candidate = make(parent.sketch, decisions);
      if (candidate && candidate->decisions != parent.decisions) return candidate;
    }
    return std::nullopt;
  }

  std::optional<Candidate> crossover(const Candidate& a, const Candidate& b, Random& random) const override {
    if (a.sketch != b.sketch) return std::nullopt;
    const auto from_a = answers_of(a);
    const auto from_b = answers_of(b);
    for (int i = 0; i < kChangeTries; ++i) {
      Values values;
      for (const auto& answer : from_a) values[answer.key] = answer.value;
      for (const auto& answer : from_b) {
        if (random.chance(0.5)) values[answer.key] = answer.value;
      }
      KeyedDecisions decisions(std::move(values), random);
      auto candidate = make(a.sketch, decisions);
      if (candidate && candidate->decisions != a.decisions && candidate->decisions != b.decisions) return candidate;
    }
    return std::nullopt;
  }

  std::optional<Candidate> expand(int sketch, const std::vector<std::int32_t>& values) const override {
    if (sketch < 0 || sketch >= sketch_count() || sketches_[static_cast<std::size_t>(sketch)].weight == 0) {
      return std::nullopt;
    }
    RecordedDecisions decisions(values);
    auto candidate = make(sketch, decisions);
    return decisions.fits() ? candidate : std::nullopt;
  }

 private:
  std::optional<Candidate> make(int sketch, DecisionSource& decisions) const {
    Generated generated = generator_.generate(sketches_[static_cast<std::size_t>(sketch)], decisions);
    if (generated.illegal) return std::nullopt;
    return Candidate{sketch, decisions.values(), std::move(generated.trajectory)};
  }

  // Sketches by algorithm, the cheapest one first, and within each by weight.
  std::vector<int> likeliest_first() const {
    std::vector<int> order;
    for (int s = 0; s < sketch_count(); ++s) {
      const Sketch& sketch = sketches_[static_cast<std::size_t>(s)];
      if (sketch.weight == 0) continue;
      const auto lighter = std::find_if(order.begin(), order.end(), [&](int other) {
        const Sketch& o = sketches_[static_cast<std::size_t>(other)];
        return o.algorithm == sketch.algorithm && o.weight < sketch.weight;
      });
      order.insert(lighter, s);
    }
    return order;
  }

  std::vector<DecisionSource::Answer> answers_of(const Candidate& candidate) const {
    RecordedDecisions decisions(candidate.decisions);
    generator_.generate(sketches_[static_cast<std::size_t>(candidate.sketch)], decisions);
    return decisions.answers();
  }

  // Sketches that are left out get no weight; their numbers stay, since records hold them.
  void drop_others(const std::vector<Name>& algorithms) {
    if (algorithms.empty()) return;
    for (Sketch& sketch : sketches_) {
      if (std::find(algorithms.begin(), algorithms.end(), sketch.algorithm) == algorithms.end()) sketch.weight = 0;
    }
  }

  // Leaves out those that never work out.
  void drop_impossible() {
    Random random(0);
    for (std::size_t s = 0; s < sketches_.size(); ++s) {
      bool possible = sketches_[s].weight == 0;
      for (int i = 0; i < kTries && !possible; ++i) {
        SampledDecisions decisions(random);
        possible = make(static_cast<int>(s), decisions).has_value();
      }
      if (!possible) sketches_[s].weight = 0;
    }
  }

  Generator generator_;
  std::vector<Sketch> sketches_;
};

}  // namespace

std::unique_ptr<Space> Space::create(const TaskContext& context, const Hardware& hardware, int threads,
                                     const std::vector<Name>& algorithms) {
  return std::make_unique<RuleSpace>(context, hardware, threads, algorithms);
}

}  // namespace tilecast
