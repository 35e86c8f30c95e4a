// A small dataset for tests: two tasks, one of them in two networks, and records with and without errors.
#pragma once

#include "record/dataset.h"

namespace tilecast::testing {

inline Task relu_task(std::int64_t size) {
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kFloat32, {size}}}};
  graph.nodes = {{"relu", "relu", {0}, {}, {DataType::kFloat32, {size}}}};
  graph.outputs = {1};
  return make_task("relu", graph);
}

inline MeasureRecord sample_record(const Task& task, std::int64_t factor, double seconds) {
  MeasureRecord record;
  record.task_key = task.key;
  record.hardware = probe_hardware().fingerprint;
  record.threads = 2;
  record.trajectory = {Split{"relu", "x", "xo", "xi", factor}, Vectorize{"relu", "xi"}};
  record.latencies = {seconds, seconds * 1.1234567, seconds * 0.9};
  record.build_seconds = 0.25678;
  record.run_seconds = 0.125;
  record.timestamp = 1.75e9 + 0.12345;
  record.origin = "mutation";
  record.sketch = 3;
  record.decisions = {1, -2, 3};
  return record;
}

inline MeasureRecord failed_record(const Task& task, std::int64_t factor) {
  MeasureRecord record = sample_record(task, factor, 1);
  record.latencies.clear();
  record.error = MeasureErrorKind::kRunTimeout;
  record.message = "no answer after 4 s";
  record.origin = "random";
  return record;
}

inline MachineState sample_state(double timestamp) {
  return {.hardware = probe_hardware().fingerprint,
          .threads = 2,
          .timestamp = timestamp,
          .peak_gflops = 321.5,
          .bandwidth_gbs = 20.25};
}

inline Dataset sample_dataset() {
  const Task small = relu_task(64);
  const Task large = relu_task(4096);
  Dataset dataset;
  dataset.tasks[small.key] = {small, {{"resnet18", "vision", "resnet18_224", 3}}, DatasetSplit::kTrain};
  dataset.tasks[large.key] = {
      large, {{"resnet18", "vision", "resnet18_224", 1}, {"unet", "generative", "unet_64", 2}}, DatasetSplit::kHeldOut};
  dataset.hardware[probe_hardware().fingerprint] = probe_hardware();
  dataset.records = {sample_record(small, 8, 1.23456789e-5), failed_record(small, 4), sample_record(large, 16, 2e-4)};
  dataset.records.back().cut_short = true;
  dataset.machine_states = {sample_state(1.75e9 - 60), sample_state(1.75e9 + 60)};
  return dataset;
}

}  // namespace tilecast::testing
