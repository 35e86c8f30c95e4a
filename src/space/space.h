// The space of a task's candidates: sketches (structure) with open decisions (numbers), and how to draw, change and mix
// them. A candidate is a sketch's number and a value for each decision; expanding it gives the trajectory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "base/random.h"
#include "schedule/task_context.h"

namespace tilecast {

struct Candidate {
  int sketch = 0;
  std::vector<std::int32_t> decisions;
  Trajectory trajectory;
};

// One of a task's algorithms and what it costs: terms of its reductions, and its constants, which have to be read, as
// the terms that a core computes in that time.
struct AlgorithmWork {
  Name algorithm;
  double terms = 0;
};

class Space {
 public:
  // `context` must outlive the space. `threads` is how many threads the code will use. With `algorithms` the space
  // consists of programs of these alone, and sketches keep the numbers that they have in the whole space.
  static std::unique_ptr<Space> create(const TaskContext& context, const Hardware& hardware, int threads,
                                       const std::vector<Name>& algorithms = {});
  virtual ~Space() = default;

  // Those of which there are programs, the cheapest first.
  virtual std::vector<AlgorithmWork> algorithms() const = 0;

  virtual int sketch_count() const = 0;
  // A decent schedule without search: what is compiled when there are no records.
  virtual Candidate default_candidate() const = 0;
  // Legal candidates only (each was replayed).
  virtual Candidate sample(Random& random) const = 0;
  // One decision (or a few) changed; empty when no legal change was found in a few tries.
  virtual std::optional<Candidate> mutate(const Candidate& parent, Random& random) const = 0;
  // Decisions of two candidates of one sketch mixed; empty when they are of different sketches or nothing legal came
  // out.
  virtual std::optional<Candidate> crossover(const Candidate& a, const Candidate& b, Random& random) const = 0;
  // The candidate that these decisions stand for; empty when they do not fit (a log of another version of the space, or
  // of an algorithm that is not in this one).
  virtual std::optional<Candidate> expand(int sketch, const std::vector<std::int32_t>& decisions) const = 0;
};

}  // namespace tilecast
