// A roofline over the cache levels: what a program should cost, before anything was measured. It need not be right,
// only better than nothing; the trees learn what it leaves unexplained.
#pragma once

#include <span>

#include "base/hardware.h"
#include "evaluator/statement_nest.h"

namespace tilecast {

// Estimated clock cycles of one statement, of all threads together divided by the threads that have work.
struct StatementCost {
  double compute = 0;           // cycles of arithmetic, with the register tile's latency and spills
  double traffic[3] = {};       // cycles of moving data into L1, L2 and from memory
  double overhead = 0;          // cycles of loop control and of starting threads
  double register_vectors = 0;  // vectors of accumulators that the innermost body keeps
  double balance = 1;           // share of the threads' time that has work, in (0, 1]
  double redundancy = 1;        // evaluations over what the algorithm asks for, at least 1
  double total() const;
};

StatementCost estimate_cost(const StatementNest& nest, const Hardware& hardware, int threads);

}  // namespace tilecast
