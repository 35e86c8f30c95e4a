#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "schedule/action.h"
#include "schedule/action_fields.h"

namespace tilecast {
namespace {

using Json = nlohmann::json;

Json field_to_json(const Name& name) {
  return name.str();
}
Json field_to_json(std::int64_t value) {
  return value;
}
Json field_to_json(Storage storage) {
  return kStorageNames[static_cast<std::size_t>(storage)];
}
Json field_to_json(const std::vector<Name>& names) {
  Json json = Json::array();
  for (const Name& name : names) json.push_back(name.str());
  return json;
}
Json field_to_json(const std::vector<PackPart>& parts) {
  Json json = Json::array();
  for (const PackPart& part : parts) json.push_back({part.dim, part.extent});
  return json;
}

bool parse(const Json& json, Name& name) {
  if (!json.is_string() || !Name::fits(json.get_ref<const std::string&>())) return false;
  name = Name(json.get_ref<const std::string&>());
  return true;
}
bool parse(const Json& json, std::int64_t& value) {
  if (!json.is_number_integer()) return false;
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) return false;
  value = json.get<std::int64_t>();
  return true;
}
bool parse(const Json& json, Storage& storage) {
  if (!json.is_string()) return false;
  const auto it = std::find(kStorageNames.begin(), kStorageNames.end(), json.get_ref<const std::string&>());
  if (it == kStorageNames.end()) return false;
  storage = static_cast<Storage>(it - kStorageNames.begin());
  return true;
}
bool parse(const Json& json, std::vector<Name>& names) {
  if (!json.is_array()) return false;
  names.resize(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (!parse(json[i], names[i])) return false;
  }
  return true;
}
bool parse(const Json& json, std::vector<PackPart>& parts) {
  if (!json.is_array()) return false;
  for (const Json& part : json) {
    std::int64_t dim = 0;
    std::int64_t extent = 0;
    if (!part.is_array() || part.size() != 2 || !parse(part[0], dim) || !parse(part[1], extent)) return false;
    if (dim != static_cast<std::int32_t>(dim)) return false;
    parts.push_back({static_cast<std::int32_t>(dim), extent});
  }
  return true;
}

template <std::size_t Kind>
Result<Action> parse_kind(const Json& json) {
  std::variant_alternative_t<Kind, Action> action;
  auto fields = action_fields(action);
  constexpr std::size_t kCount = std::tuple_size_v<decltype(fields)>;
  if (json.size() != kCount + 1) {
    return Error{fmt::format("action '{}' has {} fields, expected {}", kActionNames[Kind], json.size() - 1, kCount)};
  }
  std::size_t position = 0;
  const bool ok = std::apply([&](auto&... field) { return (parse(json[++position], field) && ...); }, fields);
  if (!ok) return Error{fmt::format("field {} of action '{}' is not of its type", position, kActionNames[Kind])};
  return Action(std::move(action));
}

template <std::size_t... Kinds>
Result<Action> parse_any(std::size_t kind, const Json& json, std::index_sequence<Kinds...>) {
  using Parser = Result<Action> (*)(const Json&);
  constexpr std::array<Parser, sizeof...(Kinds)> kParsers = {&parse_kind<Kinds>...};
  return kParsers[kind](json);
}

}  // namespace

nlohmann::json to_json(const Action& action) {
  Json json = Json::array({action_kind_name(action)});
  std::visit(
      [&](const auto& a) {
        std::apply([&](const auto&... f) { (json.push_back(field_to_json(f)), ...); }, action_fields(a));
      },
      action);
  return json;
}

nlohmann::json to_json(const Trajectory& trajectory) {
  Json json = Json::array();
  for (const Action& action : trajectory) json.push_back(to_json(action));
  return json;
}

Result<Action> action_from_json(const nlohmann::json& json) {
  if (!json.is_array() || json.empty() || !json[0].is_string()) {
    return Error{"an action is an array that begins with the name of its kind"};
  }
  const auto& name = json[0].get_ref<const std::string&>();
  const auto it = std::find(kActionNames.begin(), kActionNames.end(), name);
  if (it == kActionNames.end()) {
    return Error{fmt::format("unknown action '{}': the record may be of a newer version of Tilecast", name)};
  }
  return parse_any(static_cast<std::size_t>(it - kActionNames.begin()), json,
                   std::make_index_sequence<std::variant_size_v<Action>>());
}

Result<Trajectory> trajectory_from_json(const nlohmann::json& json) {
  if (!json.is_array()) return Error{"a trajectory is an array of actions"};
  Trajectory trajectory;
  for (std::size_t i = 0; i < json.size(); ++i) {
    Result<Action> action = action_from_json(json[i]);
    if (!action) return Error{fmt::format("action {}: {}", i + 1, action.error().message)};
    trajectory.push_back(std::move(action).value());
  }
  return trajectory;
}

}  // namespace tilecast
