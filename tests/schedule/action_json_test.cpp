// How actions are written: numbers, text, JSON, hashes. Records hold them, so that none of it may change.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/random.h"
#include "schedule/action.h"
#include "schedule/action_fields.h"

namespace tilecast {
namespace {

struct Written {
  std::size_t number;
  Action action;
  const char* text;
  const char* json;
};

// One of each kind, in the order of their numbers.
std::vector<Written> all_kinds() {
  return {
      {0, Split{"s", "x", "xo", "xi", 8}, "split(s, x, xo, xi, 8)", R"(["split","s","x","xo","xi",8])"},
      {1, Fuse{"s", "y", "x", "f"}, "fuse(s, y, x, f)", R"(["fuse","s","y","x","f"])"},
      {2, Reorder{"s", {"x", "y"}}, "reorder(s, {x y})", R"(["reorder","s",["x","y"]])"},
      {3, Vectorize{"s", "x"}, "vectorize(s, x)", R"(["vectorize","s","x"])"},
      {4, Unroll{"s", "x"}, "unroll(s, x)", R"(["unroll","s","x"])"},
      {5, Parallel{"s", "x"}, "parallel(s, x)", R"(["parallel","s","x"])"},
      {6, ComputeAt{"s", "t", "x"}, "compute_at(s, t, x)", R"(["compute_at","s","t","x"])"},
      {7, ComputeRoot{"s"}, "compute_root(s)", R"(["compute_root","s"])"},
      {8, Inline{"s"}, "inline(s)", R"(["inline","s"])"},
      {9, CacheWrite{"s", "c"}, "cache_write(s, c)", R"(["cache_write","s","c"])"},
      {10, CacheRead{"b", "s", "c"}, "cache_read(b, s, c)", R"(["cache_read","b","s","c"])"},
      {11, Rfactor{"s", "k", "p", "v"}, "rfactor(s, k, p, v)", R"(["rfactor","s","k","p","v"])"},
      {12, StoreIn{"s", Storage::kRegister}, "store_in(s, register)", R"(["store_in","s","register"])"},
      {13, Pack{"w", {{0, 16}, {1, 100}, {0, 4}}}, "pack(w, {0:16 1:100 0:4})",
       R"(["pack","w",[[0,16],[1,100],[0,4]]])"},
      {14, UnrollLimit{"s", 64}, "unroll_limit(s, 64)", R"(["unroll_limit","s",64])"},
      {15, ChooseAlgorithm{"direct"}, "choose_algorithm(direct)", R"(["choose_algorithm","direct"])"},
  };
}

Trajectory all_actions() {
  Trajectory trajectory;
  for (const Written& written : all_kinds()) trajectory.push_back(written.action);
  return trajectory;
}

std::string json_error(const std::string& json) {
  const auto action = action_from_json(nlohmann::json::parse(json));
  return action.ok() ? "read as " + to_text(*action) : action.error().message;
}

TEST(ActionKinds, AreAppendedOnly) {
  const std::vector<Written> kinds = all_kinds();
  ASSERT_GE(std::variant_size_v<Action>, kinds.size());
  for (const Written& written : kinds) {
    EXPECT_EQ(written.action.index(), written.number) << written.text;
    EXPECT_EQ(action_kind_name(written.action), kActionNames.at(written.number));
  }
}

TEST(ActionKinds, NamesAreUnique) {
  const std::set<std::string_view> names(kActionNames.begin(), kActionNames.end());
  EXPECT_EQ(names.size(), std::variant_size_v<Action>);
}

TEST(ActionText, OfEachKind) {
  std::string lines;
  for (const Written& written : all_kinds()) {
    EXPECT_EQ(to_text(written.action), written.text);
    lines += std::string(written.text) + "\n";
  }
  EXPECT_EQ(to_text(all_actions()), lines);
  EXPECT_EQ(to_text(Action(Reorder{"s", {}})), "reorder(s, {})");
}

TEST(ActionJson, OfEachKind) {
  for (const Written& written : all_kinds()) {
    EXPECT_EQ(to_json(written.action).dump(), written.json);
    const auto read = action_from_json(nlohmann::json::parse(written.json));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, written.action) << written.text;
  }
  const auto read = trajectory_from_json(to_json(all_actions()));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, all_actions());
}

TEST(ActionJson, StorageNames) {
  for (const auto& [storage, name] : {std::pair{Storage::kAuto, "auto"}, std::pair{Storage::kHeap, "heap"},
                                      std::pair{Storage::kStack, "stack"}, std::pair{Storage::kRegister, "register"}}) {
    EXPECT_EQ(to_json(Action(StoreIn{"s", storage}))[2], name);
  }
}

TEST(ActionJson, ExtremeNumbersSurvive) {
  for (const std::int64_t number : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
    const Trajectory trajectory = {Split{"s", "x", "o", "i", number}, UnrollLimit{"s", number},
                                   Pack{"w", {{INT32_MIN, number}, {INT32_MAX, number}}}};
    const auto read = trajectory_from_json(nlohmann::json::parse(to_json(trajectory).dump()));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, trajectory);
  }
}

TEST(ActionJson, WhatIsNoActionIsExplained) {
  const std::string no_action = "an action is an array that begins with the name of its kind";
  for (const char* json : {"{}", "[]", "7", "[7]", "null", R"("split")"}) EXPECT_EQ(json_error(json), no_action);
  EXPECT_EQ(json_error(R"(["tile","s"])"), "unknown action 'tile': the record may be of a newer version of Tilecast");
  EXPECT_EQ(json_error(R"(["inline"])"), "action 'inline' has 0 fields, expected 1");
  EXPECT_EQ(json_error(R"(["inline","s","t"])"), "action 'inline' has 2 fields, expected 1");
  EXPECT_EQ(json_error(R"(["inline",7])"), "field 1 of action 'inline' is not of its type");
  EXPECT_EQ(json_error(R"(["inline","a name of 24 characters."])"), "field 1 of action 'inline' is not of its type");
  const std::string factor = "field 5 of action 'split' is not of its type";
  for (const char* number : {"1.5", "\"8\"", "null", "18446744073709551615"}) {
    EXPECT_EQ(json_error(R"(["split","s","x","o","i",)" + std::string(number) + "]"), factor);
  }
  const std::string parts = "field 2 of action 'pack' is not of its type";
  for (const char* json : {"7", "[7]", "[[0]]", "[[0,1,2]]", "[[0,1.5]]", R"([["0",1]])", "[[4294967296,4]]",
                           "[[-2147483649,4]]", "[[0,18446744073709551615]]"}) {
    EXPECT_EQ(json_error(R"(["pack","w",)" + std::string(json) + "]"), parts);
  }
  EXPECT_EQ(json_error(R"(["reorder","s","x"])"), "field 2 of action 'reorder' is not of its type");
  EXPECT_EQ(json_error(R"(["reorder","s",["x",7]])"), "field 2 of action 'reorder' is not of its type");
  EXPECT_EQ(json_error(R"(["store_in","s","disk"])"), "field 2 of action 'store_in' is not of its type");
}

TEST(ActionJson, TrajectoriesNameTheAction) {
  const auto error = [](const std::string& json) {
    return trajectory_from_json(nlohmann::json::parse(json)).error().message;
  };
  EXPECT_EQ(error("{}"), "a trajectory is an array of actions");
  EXPECT_EQ(error(R"([["inline","s"],["inline"]])"), "action 2: action 'inline' has 0 fields, expected 1");
}

// Whatever bytes a damaged record holds: an action that writes itself as it was read, or one line.
TEST(ActionJson, DamagedJsonIsAnErrorNotACrash) {
  constexpr std::uint64_t kSeed = 23;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  const std::string text = to_json(all_actions()).dump();
  int read_again = 0;
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = text;
    for (std::size_t n = 0; n <= random.below(3); ++n) {
      damaged[random.below(damaged.size())] = static_cast<char>(' ' + random.below(95));
    }
    const nlohmann::json json = nlohmann::json::parse(damaged, nullptr, false);
    if (json.is_discarded()) continue;
    const auto trajectory = trajectory_from_json(json);
    if (trajectory.ok()) {
      EXPECT_EQ(to_json(*trajectory), json);
      ++read_again;
    } else {
      EXPECT_EQ(trajectory.error().message.find('\n'), std::string::npos);
      ++refused;
    }
  }
  EXPECT_GT(read_again, 100);
  EXPECT_GT(refused, 100);
}

// Logs of earlier versions hold these.
TEST(TrajectoryHash, IsStable) {
  EXPECT_EQ(trajectory_hash({}), 0xefd01f60ba992926U);
  EXPECT_EQ(trajectory_hash(all_actions()), 0x3614050ce69b148U);
}

TEST(TrajectoryHash, EveryFieldAndTheOrderCount) {
  const std::vector<Trajectory> different = {
      {},
      {Split{"s", "x", "o", "i", 8}},
      {Split{"t", "x", "o", "i", 8}},
      {Split{"s", "y", "o", "i", 8}},
      {Split{"s", "x", "p", "i", 8}},
      {Split{"s", "x", "o", "j", 8}},
      {Split{"s", "x", "o", "i", 9}},
      {Split{"sx", "", "o", "i", 8}},
      {Vectorize{"s", "x"}},
      {Unroll{"s", "x"}},
      {Unroll{"s", "x"}, Vectorize{"s", "x"}},
      {Vectorize{"s", "x"}, Unroll{"s", "x"}},
      {Reorder{"s", {"x", "y"}}},
      {Reorder{"s", {"y", "x"}}},
      {Reorder{"s", {"xy"}}},
      {StoreIn{"s", Storage::kHeap}},
      {StoreIn{"s", Storage::kStack}},
      {Pack{"w", {{0, 4}, {1, 2}}}},
      {Pack{"w", {{1, 2}, {0, 4}}}},
      {Pack{"w", {{0, 4}}}},
  };
  std::set<std::uint64_t> hashes;
  for (const Trajectory& trajectory : different) hashes.insert(trajectory_hash(trajectory));
  EXPECT_EQ(hashes.size(), different.size());
  EXPECT_EQ(trajectory_hash(different[1]), trajectory_hash({Split{"s", "x", "o", "i", 8}}));
}

}  // namespace
}  // namespace tilecast
