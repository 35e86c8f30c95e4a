#include "search_judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <string_view>
#include <vector>

namespace tilecast::tools {
namespace {

constexpr std::string_view kPretrained = "+pretrained";

}  // namespace

std::string SearchJudge::label() const {
  return fmt::format("{}{}:{}", evaluator, pretrained ? kPretrained : "", trials);
}

std::string labels_of(std::span<const SearchJudge> judges) {
  std::vector<std::string> labels;
  for (const SearchJudge& judge : judges) labels.push_back(judge.label());
  return fmt::format("{}", fmt::join(labels, ", "));
}

Result<SearchJudge> parse_judge(const std::string& text, std::int64_t trials) {
  const Error bad{fmt::format("judge \"{}\": NAME, NAME+pretrained, NAME:TRIALS or NAME+pretrained:TRIALS", text)};
  SearchJudge judge{.evaluator = text, .trials = trials};
  if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data() + colon + 1, end, judge.trials);
    if (error != std::errc() || last != end || judge.trials < 1) return bad;
    judge.evaluator.erase(colon);
  }
  if (const std::size_t plus = judge.evaluator.find('+'); plus != std::string::npos) {
    if (judge.evaluator.substr(plus) != kPretrained) return bad;
    judge.pretrained = true;
    judge.evaluator.erase(plus);
  }
  if (judge.evaluator.empty()) return bad;
  return judge;
}

std::filesystem::path search_log(const std::filesystem::path& directory, const std::string& name,
                                 const SearchJudge& judge, std::uint64_t seed) {
  std::string label = judge.label();
  label[label.find(':')] = '-';
  return directory / fmt::format("{}-{}-{}.jsonl", name, label, seed);
}

}  // namespace tilecast::tools
