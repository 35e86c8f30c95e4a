// Two models tuned under two judges with two seeds, made up.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/model_remeasurement.h"

namespace tilecast::tools::testing {

inline const SearchJudge kFirst{"static", false, 100};
inline const SearchJudge kSecond{"world-model", true, 10};

// Two blocks whose median over all samples are these seconds.
inline BlockSamples around(double seconds) {
  return {{seconds, seconds, seconds * 5}, {seconds / 2, seconds}};
}

inline ModelRemeasurement remeasured(const std::string& model, std::uint64_t seed,
                                     std::vector<ModelUnderJudge> judges) {
  return {.model = model,
          .tasks_key = "0123456789abcdef",
          .tasks = 7,
          .seed = seed,
          .hardware = "machine",
          .cpu = "a processor",
          .threads = 2,
          .relative_error = 1e-6,
          .disturbance = 0.01,
          .judges = std::move(judges)};
}

// The net takes 2 and 4 ms under the first judge, 1 and 3 under the second, 4 and 5 in onnxruntime; the other model 1
// and 2, without onnxruntime.
inline std::vector<ModelRemeasurement> two_models() {
  std::vector<ModelRemeasurement> runs{
      remeasured("net", 0, {{kFirst, {700, 3, 90.0}, around(2e-3)}, {kSecond, {70, 0, 8.0}, around(1e-3)}}),
      remeasured("net", 1, {{kFirst, {700, 0, 110.0}, around(4e-3)}, {kSecond, {60, 0, 10.0}, around(3e-3)}}),
      remeasured("other", 0, {{kFirst, {700, 0, 50.0}, around(1e-3)}, {kSecond, {70, 0, std::nullopt}, around(2e-3)}}),
      remeasured("other", 1, {{kFirst, {700, 0, 50.0}, around(1e-3)}, {kSecond, {70, 0, 5.0}, around(2e-3)}})};
  runs[0].onnxruntime = OnnxruntimeTimes{"1.0", around(4e-3)};
  runs[1].onnxruntime = OnnxruntimeTimes{"1.0", around(5e-3)};
  runs[3].relative_error = 2e-5;
  return runs;
}

}  // namespace tilecast::tools::testing
