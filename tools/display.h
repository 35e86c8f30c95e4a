// How a tuning run looks: a table that is redrawn on a terminal, plain lines when standard output is piped.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "tuner/tuner.h"

namespace tilecast::tools {

class Display {
 public:
  struct Budget {
    std::int64_t trials = std::numeric_limits<std::int64_t>::max();
    double seconds = std::numeric_limits<double>::infinity();
  };
  // `quiet` prints nothing until finish().
  Display(double peak_gflops, Budget budget, bool quiet);
  void update(const TuneProgress& progress);
  // The last state, on a terminal and in a pipe.
  void finish(const TuneProgress& progress);

 private:
  std::string table(const TuneProgress& progress) const;
  std::string time_left(const TuneProgress& progress) const;

  double peak_gflops_;
  Budget budget_;
  bool quiet_;
  bool terminal_;
  std::size_t drawn_lines_ = 0;
  std::chrono::steady_clock::time_point last_drawn_{};
  double last_reported_ = std::numeric_limits<double>::infinity();  // best seconds of the current task in the last line
  std::size_t last_task_ = 0;
};

}  // namespace tilecast::tools
