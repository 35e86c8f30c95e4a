// pack: the layout of a constant input.
#include <fmt/format.h>

#include <algorithm>

#include "schedule/state_editor.h"

namespace tilecast {
namespace {

constexpr std::size_t kMaxParts = 8;
constexpr std::int64_t kMaxGrowth = 4;  // a packed buffer is at most this many times larger than the plain one

std::optional<Illegal> check_parts(const DagInput& input, const std::vector<PackPart>& parts) {
  if (parts.empty() || parts.size() > kMaxParts) {
    return Illegal{fmt::format("a packed layout has 1 to {} parts, not {}", kMaxParts, parts.size())};
  }
  std::vector<std::int64_t> covered(input.extents.size(), 0);
  std::int64_t plain = 1;
  std::int64_t packed = 1;
  for (const std::int64_t extent : input.extents) plain *= extent;
  for (const PackPart& part : parts) {
    if (part.dim < 0 || static_cast<std::size_t>(part.dim) >= input.extents.size()) {
      return Illegal{fmt::format("input '{}' has no dimension {}", input.name.view(), part.dim)};
    }
    if (part.extent < 1 || part.extent > plain * kMaxGrowth) {
      return Illegal{fmt::format("a part of extent {} does not fit input '{}'", part.extent, input.name.view())};
    }
    auto& total = covered[static_cast<std::size_t>(part.dim)];
    total = std::max<std::int64_t>(total, 1) * part.extent;
    packed *= part.extent;
    if (packed > plain * kMaxGrowth) {
      return Illegal{
          fmt::format("the packed input '{}' would be more than {} times larger", input.name.view(), kMaxGrowth)};
    }
  }
  for (std::size_t d = 0; d < covered.size(); ++d) {
    if (covered[d] < input.extents[d]) {
      return Illegal{fmt::format("the parts of dimension {} of input '{}' hold {} of {} values", d, input.name.view(),
                                 covered[d], input.extents[d])};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Illegal> apply_action(StateEditor& editor, const Pack& action) {
  const auto& inputs = editor.state.dag().inputs;
  const auto it =
      std::find_if(inputs.begin(), inputs.end(), [&](const DagInput& input) { return input.name == action.input; });
  if (it == inputs.end()) return Illegal{fmt::format("there is no input '{}'", action.input.view())};
  if (!it->is_constant) return Illegal{fmt::format("input '{}' is not constant", action.input.view())};
  const auto id = static_cast<BufferId>(it - inputs.begin());
  if (editor.state.packed_input(id) != nullptr) {
    return Illegal{fmt::format("input '{}' is already packed", action.input.view())};
  }
  if (auto illegal = check_parts(*it, action.parts)) return illegal;
  editor.add_packed({id, action.parts});
  return std::nullopt;
}

}  // namespace tilecast
