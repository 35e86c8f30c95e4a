// Turns a sketch and answers to its decisions into a trajectory.
#pragma once

#include <memory>
#include <vector>

#include "base/hardware.h"
#include "schedule/task_context.h"
#include "space/decision.h"
#include "space/space.h"
#include "space/structure.h"

namespace tilecast {

// The structure of a schedule: which algorithm, and how its tiled reductions are arranged.
struct Sketch {
  Name algorithm;
  bool fused = false;    // reductions in the nest of their consumer
  bool blocked = false;  // reductions over parts, in cache-sized tiles
  bool hosted = false;   // reductions in the nest of the stage that combines their results case by case
  bool chained = false;  // reductions in the nest of the last one's consumer, block by block
  bool split = false;    // long reductions of few results in parts
  double weight = 1;     // how often a sample takes it
};

// A schedule that the rules made, or why they could not.
struct Generated {
  Trajectory trajectory;
  std::optional<Illegal> illegal;
};

class Generator {
 public:
  Generator(const TaskContext& context, Hardware hardware, int threads);
  // The cheapest first.
  std::vector<AlgorithmWork> algorithms() const;
  // Every combination that makes a difference for the program, the algorithm with the least work first; whether it can
  // be filled in is not checked.
  std::vector<Sketch> sketches() const;
  Generated generate(const Sketch& sketch, DecisionSource& decisions) const;

 private:
  struct Algorithm {
    Name name;
    State initial;  // with the algorithm chosen
    std::vector<StageRole> roles;
    // The first reduction whose results are combined case by case, and where.
    std::optional<std::pair<StageId, StageId>> hosted;
    std::optional<StageId> chain_end;
    std::vector<StageId> skinny;  // tiled reductions with few results of many terms
    double work = 0;              // as AlgorithmWork::terms
    double constant_bytes = 0;    // of all constants, as the algorithm reads them
  };
  const Algorithm& algorithm(const Name& name) const;
  std::vector<Sketch> sketches_of(const Algorithm& algorithm) const;

  const TaskContext& context_;
  Hardware hardware_;
  int threads_;
  std::vector<Algorithm> algorithms_;
};

}  // namespace tilecast
