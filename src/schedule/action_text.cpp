#include <fmt/format.h>

#include "base/hash.h"
#include "schedule/action.h"
#include "schedule/action_fields.h"

namespace tilecast {
namespace {

std::string text(const Name& name) {
  return name.str();
}
std::string text(std::int64_t value) {
  return std::to_string(value);
}
std::string text(Storage storage) {
  return std::string(kStorageNames[static_cast<std::size_t>(storage)]);
}
std::string text(const std::vector<Name>& names) {
  std::string result;
  for (const Name& name : names) result += (result.empty() ? "" : " ") + name.str();
  return "{" + result + "}";
}
std::string text(const std::vector<PackPart>& parts) {
  std::string result;
  for (const PackPart& part : parts) result += fmt::format("{}{}:{}", result.empty() ? "" : " ", part.dim, part.extent);
  return "{" + result + "}";
}

}  // namespace

std::string_view action_kind_name(const Action& action) {
  return kActionNames[action.index()];
}

std::string to_text(const Action& action) {
  std::string arguments;
  const auto append = [&](const auto& field) { arguments += (arguments.empty() ? "" : ", ") + text(field); };
  std::visit([&](const auto& a) { std::apply([&](const auto&... f) { (append(f), ...); }, action_fields(a)); }, action);
  return fmt::format("{}({})", action_kind_name(action), arguments);
}

std::string to_text(const Trajectory& trajectory) {
  std::string result;
  for (const Action& action : trajectory) result += to_text(action) + "\n";
  return result;
}

std::uint64_t trajectory_hash(const Trajectory& trajectory) {
  StableHash hash;
  const auto add_name = [&](const Name& name) {
    hash.add_bytes(name.view());
    hash.add_int(0);
  };
  const auto add = [&](const auto& field) {
    using T = std::decay_t<decltype(field)>;
    if constexpr (std::is_same_v<T, Name>) {
      add_name(field);
    } else if constexpr (std::is_same_v<T, std::vector<Name>>) {
      for (const Name& name : field) add_name(name);
    } else if constexpr (std::is_same_v<T, std::vector<PackPart>>) {
      for (const PackPart& part : field) {
        hash.add_int(static_cast<std::uint64_t>(part.dim));
        hash.add_int(static_cast<std::uint64_t>(part.extent));
      }
    } else {
      hash.add_int(static_cast<std::uint64_t>(field));
    }
  };
  for (const Action& action : trajectory) {
    hash.add_int(action.index());
    std::visit([&](const auto& a) { std::apply([&](const auto&... f) { (add(f), ...); }, action_fields(a)); }, action);
  }
  return hash.finish();
}

}  // namespace tilecast
