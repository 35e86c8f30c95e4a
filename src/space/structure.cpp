#include "space/structure.h"

#include <algorithm>

#include "space/cases.h"

namespace tilecast {
namespace {

bool is_expensive(const Stage& def) {
  return def.counts.float_math > 0 || def.counts.float_div > 1;
}

// Whether one element of the buffer is read in several iterations of the stage's spatial axes.
bool reuses(const Stage& def, const Access& access) {
  for (std::size_t axis = 0; axis < def.spatial.size(); ++axis) {
    if (def.spatial[axis].extent > 1 && !varies_along(access, axis)) return true;
  }
  return false;
}

// Whether the reduction runs through the buffer: what stays the same during a reduction is no operand of it.
bool varies_in_reduction(const Stage& def, const Access& access) {
  return std::any_of(access.dims.begin(), access.dims.end(), [&](const IndexMap& map) {
    return !map.affine || std::any_of(map.terms.begin(), map.terms.end(), [&](const AffineTerm& term) {
      return term.axis >= static_cast<std::int32_t>(def.spatial.size());
    });
  });
}

// Whether neighbours along the stage's innermost axis are neighbours in the buffer.
bool is_contiguous(const Stage& def, const Access& access) {
  if (access.dims.empty() || def.spatial.empty()) return false;
  const IndexMap& map = access.dims.front();
  return map.affine && map.terms.size() == 1 && map.terms.front() == AffineTerm{0, 1} && map.divisor == 1;
}

StageRole reduction_role(const Stage& def) {
  const bool contiguous = std::any_of(def.accesses.begin(), def.accesses.end(), [&](const Access& access) {
    return is_contiguous(def, access) && varies_in_reduction(def, access);
  });
  const auto reused = std::count_if(def.accesses.begin(), def.accesses.end(), [&](const Access& access) {
    return reuses(def, access) && varies_in_reduction(def, access);
  });
  return contiguous || reused >= 2 ? StageRole::kTiledReduction : StageRole::kRowReduction;
}

// Whether the stage is another view of one buffer: its dimensions in another order, the innermost one still contiguous.
// Reading through it costs no more than reading a copy.
bool is_view(const Stage& def) {
  return def.counts == OpCounts{.loads = 1} && def.accesses.size() == 1 && is_contiguous(def, def.accesses.front());
}

StageRole pure_role(const State& state, StageId id) {
  if (id == state.output()) return StageRole::kPlain;
  const Stage& def = *state.stage(id).def;
  if (is_view(def)) return StageRole::kInline;
  const std::vector<StageId> readers = state.readers(state.buffer_of(id));
  const BufferId buffer = state.buffer_of(id);
  bool recomputed = readers.size() > 1;
  for (const StageId reader : readers) {
    const Stage& r = *state.stage(reader).def;
    if (has_cases(r) && !has_cases(def)) return StageRole::kPlain;
    if (!r.is_reduction()) continue;
    for (const Access& access : r.accesses) {
      if (access.buffer == buffer && reduction_role(r) == StageRole::kTiledReduction) return StageRole::kPlain;
    }
  }
  return recomputed && is_expensive(def) ? StageRole::kPlain : StageRole::kInline;
}

}  // namespace

double stage_elements(const Stage& stage) {
  double count = 1;
  for (const Axis& axis : stage.spatial) count *= static_cast<double>(axis.extent);
  return count;
}

double buffer_elements(const State& state, BufferId buffer) {
  if (!state.is_input(buffer)) return stage_elements(*state.stage(state.stage_of(buffer)).def);
  return static_cast<double>(element_count(state.dag().inputs[static_cast<std::size_t>(buffer)].extents));
}

bool varies_along(const Access& access, std::size_t axis) {
  return std::any_of(access.dims.begin(), access.dims.end(), [&](const IndexMap& map) {
    return !map.affine || std::any_of(map.terms.begin(), map.terms.end(), [&](const AffineTerm& term) {
      return term.axis == static_cast<std::int32_t>(axis);
    });
  });
}

double term_count(const Stage& stage) {
  double count = 1;
  for (const Axis& axis : stage.reduction) count *= static_cast<double>(axis.extent);
  return count;
}

bool is_window(const Stage& stage) {
  return stage.is_reduction() && std::all_of(stage.accesses.begin(), stage.accesses.end(),
                                             [&](const Access& access) { return is_contiguous(stage, access); });
}

std::optional<std::size_t> transposed_axis(const Stage& stage) {
  if (stage.is_reduction() || stage.accesses.size() != 1 || stage.accesses.front().dims.empty()) return std::nullopt;
  const IndexMap& map = stage.accesses.front().dims.front();
  if (!map.affine || map.terms.size() != 1 || map.terms.front().axis == 0) return std::nullopt;
  return static_cast<std::size_t>(map.terms.front().axis);
}

std::vector<StageRole> stage_roles(const State& state) {
  std::vector<StageRole> roles;
  for (std::size_t i = 0; i < state.stage_count(); ++i) {
    const auto id = static_cast<StageId>(i);
    const Stage& def = *state.stage(id).def;
    roles.push_back(def.is_reduction() ? reduction_role(def) : pure_role(state, id));
  }
  return roles;
}

std::optional<StageId> case_consumer(const State& state, StageId reduction, const std::vector<StageRole>& roles) {
  bool cases = false;
  StageId id = reduction;
  do {
    const std::vector<StageId> readers = state.readers(state.buffer_of(id));
    if (readers.size() != 1 || state.stage(readers.front()).def->is_reduction()) return std::nullopt;
    id = readers.front();
    cases = cases || has_cases(*state.stage(id).def);
  } while (roles[static_cast<std::size_t>(id)] == StageRole::kInline);
  return cases ? std::optional(id) : std::nullopt;
}

std::optional<StageId> chain_end(const State& state, const std::vector<StageRole>& roles) {
  if (std::count(roles.begin(), roles.end(), StageRole::kTiledReduction) < 2) return std::nullopt;
  const auto last = std::find(roles.rbegin(), roles.rend(), StageRole::kTiledReduction);
  const auto id = static_cast<StageId>(roles.rend() - last - 1);
  if (id != state.output() && fusable_consumer(state, id, roles) != state.output()) return std::nullopt;
  const bool same_elements = stage_elements(*state.stage(id).def) == stage_elements(*state.stage(state.output()).def);
  return same_elements ? std::optional(id) : std::nullopt;
}

std::optional<StageId> fusable_consumer(const State& state, StageId reduction, const std::vector<StageRole>& roles) {
  BufferId buffer = state.buffer_of(reduction);
  while (true) {
    const std::vector<StageId> readers = state.readers(buffer);
    if (readers.size() != 1) return std::nullopt;
    const StageState& reader = state.stage(readers.front());
    if (reader.def->is_reduction() || has_cases(*reader.def)) return std::nullopt;
    for (const Access& access : reader.def->accesses) {
      if (reader.source(access.buffer) != buffer) continue;
      if (!std::all_of(access.dims.begin(), access.dims.end(), [](const IndexMap& map) { return map.affine; })) {
        return std::nullopt;
      }
    }
    const auto index = static_cast<std::size_t>(readers.front());
    if (index >= roles.size() || roles[index] != StageRole::kInline) return readers.front();
    buffer = state.buffer_of(readers.front());
  }
}

}  // namespace tilecast
