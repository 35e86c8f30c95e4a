#include "decode.h"

#include <algorithm>

Reading decode(std::span<const float> probabilities, const std::vector<std::string>& characters) {
  const std::size_t classes = characters.size() + 1;
  Reading reading;
  std::size_t previous = 0;
  int count = 0;
  for (auto step = probabilities.begin(); step != probabilities.end(); step += static_cast<std::ptrdiff_t>(classes)) {
    const auto best = std::max_element(step, step + static_cast<std::ptrdiff_t>(classes));
    const auto chosen = static_cast<std::size_t>(best - step);
    if (chosen != 0 && chosen != previous) {
      reading.text += characters[chosen - 1];
      reading.confidence += static_cast<double>(*best);
      ++count;
    }
    previous = chosen;
  }
  reading.confidence /= std::max(count, 1);
  return reading;
}
