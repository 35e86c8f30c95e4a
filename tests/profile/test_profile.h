// A profile made by hand.
#pragma once

#include "profile/profile.h"

namespace tilecast::testing {

// Three calls of two tasks; 10 ms the whole run, 8 ms its calls, 1 ms between them, 100 GFLOP/s the peak.
inline Profile small_profile() {
  Profile profile{.model = "net",
                  .threads = 2,
                  .runs = 5,
                  .run_seconds = 0.010,
                  .overhead_seconds = 0.001,
                  .peak_gflops = 100,
                  .bandwidth_gbs = 20};
  const auto add = [&](const char* name, const char* task, double seconds, double flops) {
    profile.rows.push_back({.name = name,
                            .task = task,
                            .operators = {"conv", "add", "relu"},
                            .nodes = {std::string(name) + "/Conv", std::string(name) + "/Relu"},
                            .shape = {1, 7, 7, 64},
                            .seconds = seconds,
                            .flops = flops,
                            .bytes = 1e6});
  };
  add("first", "conv3x3", 0.001, 5e7);
  add("second", "conv1x1", 0.005, 1e8);
  add("third", "conv3x3", 0.002, 5e7);
  return profile;
}

}  // namespace tilecast::testing
