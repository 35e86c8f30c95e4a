#include "roberta_fixture.h"

#include <fstream>
#include <nlohmann/json.hpp>

namespace tilecast::testing {

std::filesystem::path roberta_directory() {
  return std::filesystem::path(TILECAST_SOURCE_DIR) / "tests/worldmodel/roberta";
}

std::vector<ExpectedText> expected_texts() {
  std::ifstream stream(roberta_directory() / "expected.json");
  std::vector<ExpectedText> result;
  for (const auto& entry : nlohmann::json::parse(stream)) {
    result.push_back({entry.at("text"), entry.at("tokens"), entry.value("mean", std::vector<float>{}),
                      entry.value("states", std::vector<float>{})});
  }
  return result;
}

}  // namespace tilecast::testing
