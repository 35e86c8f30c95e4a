// A model of CodeBERT's form, and what Hugging Face's libraries make of some texts
// (scripts/worldmodel/make_roberta_fixture.py).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tilecast::testing {

std::filesystem::path roberta_directory();

struct ExpectedText {
  std::string text;
  std::vector<std::uint32_t> tokens;  // cut to the model's 64
  std::vector<float> mean;            // of the last hidden states; of some of the texts
  std::vector<float> states;          // tokens x 32; of fewer
};
std::vector<ExpectedText> expected_texts();

}  // namespace tilecast::testing
