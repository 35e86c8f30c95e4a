// The fields of each action kind in order, and its name: what JSON, text and hashing are generated from.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "schedule/action.h"

namespace tilecast {

// In the order of the variant.
inline constexpr std::array<std::string_view, std::variant_size_v<Action>> kActionNames = {
    "split",  "fuse",        "reorder",    "vectorize", "unroll",   "parallel", "compute_at",   "compute_root",
    "inline", "cache_write", "cache_read", "rfactor",   "store_in", "pack",     "unroll_limit", "choose_algorithm"};

// A tuple of references to the fields; `A` may be const.
template <class A>
auto action_fields(A& a) {
  using T = std::remove_const_t<A>;
  if constexpr (std::is_same_v<T, Split>) {
    return std::tie(a.stage, a.loop, a.outer, a.inner, a.factor);
  } else if constexpr (std::is_same_v<T, Fuse>) {
    return std::tie(a.stage, a.outer, a.inner, a.fused);
  } else if constexpr (std::is_same_v<T, Reorder>) {
    return std::tie(a.stage, a.loops);
  } else if constexpr (std::is_same_v<T, Vectorize> || std::is_same_v<T, Unroll> || std::is_same_v<T, Parallel>) {
    return std::tie(a.stage, a.loop);
  } else if constexpr (std::is_same_v<T, ComputeAt>) {
    return std::tie(a.stage, a.host, a.loop);
  } else if constexpr (std::is_same_v<T, ComputeRoot> || std::is_same_v<T, Inline>) {
    return std::tie(a.stage);
  } else if constexpr (std::is_same_v<T, CacheWrite>) {
    return std::tie(a.stage, a.copy);
  } else if constexpr (std::is_same_v<T, CacheRead>) {
    return std::tie(a.buffer, a.reader, a.cache);
  } else if constexpr (std::is_same_v<T, Rfactor>) {
    return std::tie(a.stage, a.loop, a.partial, a.axis);
  } else if constexpr (std::is_same_v<T, StoreIn>) {
    return std::tie(a.stage, a.storage);
  } else if constexpr (std::is_same_v<T, Pack>) {
    return std::tie(a.input, a.parts);
  } else if constexpr (std::is_same_v<T, UnrollLimit>) {
    return std::tie(a.stage, a.max_steps);
  } else {
    static_assert(std::is_same_v<T, ChooseAlgorithm>);
    return std::tie(a.algorithm);
  }
}

inline constexpr std::array<std::string_view, 4> kStorageNames = {"auto", "heap", "stack", "register"};

}  // namespace tilecast
