// A measurer for tests of what measures: no program runs.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "base/random.h"
#include "measure/measurer.h"

namespace tilecast::testing {

// Measures nothing: the time follows from the trajectory, every ninth candidate fails.
class FakeMeasurer final : public Measurer {
 public:
  Status measure(const TaskContext& task, std::span<const Trajectory> trajectories, double /*best*/,
                 const MeasureCallback& done) override {
    for (std::size_t i = 0; i < trajectories.size(); ++i) {
      MeasureRecord record;
      record.task_key = task.task.key;
      record.hardware = probe_hardware().fingerprint;
      record.threads = 2;
      record.trajectory = trajectories[i];
      const std::uint64_t hash = trajectory_hash(trajectories[i]);
      EXPECT_TRUE(measured.insert({task.task.key, hash}).second) << "measured twice";
      if (hash % 9 == 0) {
        record.error = MeasureErrorKind::kRunCrash;
        record.message = "signal 11";
      } else {
        record.latencies.assign(5, 1e-3 + 1e-3 * Random(hash).uniform());
      }
      done(i, record);
    }
    return Unit{};
  }
  std::set<std::pair<std::string, std::uint64_t>> measured;
};

}  // namespace tilecast::testing
