#include "random_actions.h"

#include <algorithm>
#include <string>

namespace tilecast::testing {
namespace {

const StageState& random_stage(const State& state, Random& random) {
  return state.stage(static_cast<StageId>(random.below(state.stage_count())));
}

const LoopVar& random_loop(const StageState& stage, Random& random) {
  return stage.vars[static_cast<std::size_t>(random.choice(stage.loops))];
}

Action random_pack(const State& state, Random& random) {
  const auto& inputs = state.dag().inputs;
  const DagInput& input = random.choice(inputs);
  std::vector<PackPart> parts;
  for (std::size_t d = 0; d < input.extents.size(); ++d) {
    const auto dim = static_cast<std::int32_t>(d);
    const auto inner = static_cast<std::int64_t>(1 + random.below(static_cast<std::size_t>(input.extents[d])));
    parts.push_back({dim, inner});
    if (inner < input.extents[d]) parts.push_back({dim, (input.extents[d] + inner - 1) / inner});
  }
  for (std::size_t i = parts.size(); i > 1; --i) std::swap(parts[i - 1], parts[random.below(i)]);
  return Pack{input.name, parts};
}

Action random_reorder(const StageState& stage, Random& random) {
  Reorder reorder{stage.name(), {}};
  for (const VarId v : stage.loops) {
    const LoopVar& loop = stage.vars[static_cast<std::size_t>(v)];
    if (loop.annotation != Annotation::kVectorized) reorder.loops.push_back(loop.name);
  }
  for (std::size_t i = reorder.loops.size(); i > 1; --i)
    std::swap(reorder.loops[i - 1], reorder.loops[random.below(i)]);
  return reorder;
}

}  // namespace

Action random_action(const State& state, Random& random, int serial) {
  const std::string id = std::to_string(serial);
  const StageState& stage = random_stage(state, random);
  const LoopVar& loop = random_loop(stage, random);
  switch (random.below(16)) {
    case 0:
    case 1: {
      const auto factor = static_cast<std::int64_t>(
          1 + random.below(static_cast<std::size_t>(std::min<std::int64_t>(loop.extent, 16))));
      return Split{stage.name(), loop.name, "o" + id, "i" + id, factor};
    }
    case 2: {
      const std::size_t p = random.below(stage.loops.size());
      const std::size_t q = std::min(p + 1, stage.loops.size() - 1);
      return Fuse{stage.name(), stage.loop_at(p).name, stage.loop_at(q).name, "f" + id};
    }
    case 3:
      return random_reorder(stage, random);
    case 4:
      return Vectorize{stage.name(), stage.loop_at(stage.loops.size() - 1).name};
    case 5:
      return Unroll{stage.name(), loop.name};
    case 6:
      return Parallel{stage.name(), loop.name};
    case 7:
    case 8:
    case 9: {
      const StageState& host = random_stage(state, random);
      return ComputeAt{stage.name(), host.name(), random_loop(host, random).name};
    }
    case 10:
      return random.chance(0.5) ? Action(ComputeRoot{stage.name()}) : Action(Inline{stage.name()});
    case 11:
      return CacheWrite{stage.name(), "cw" + id};
    case 12: {
      const bool of_input = random.chance(0.5);
      const Name buffer = of_input ? random.choice(state.dag().inputs).name : random_stage(state, random).name();
      return CacheRead{buffer, stage.name(), "cr" + id};
    }
    case 13:
      return Rfactor{stage.name(), loop.name, "rf" + id, "v" + id};
    case 14:
      return random_pack(state, random);
    default:
      if (random.chance(0.5)) return StoreIn{stage.name(), static_cast<Storage>(random.below(4))};
      return UnrollLimit{stage.name(), static_cast<std::int64_t>(random.below(32))};
  }
}

Trajectory random_trajectory(const State& initial, Random& random, int length) {
  Trajectory trajectory;
  State state = initial;
  const auto& alternatives = initial.program().alternatives;
  if (alternatives.size() > 1 && random.chance(0.7)) {
    const ChooseAlgorithm choice{random.choice(alternatives).algorithm};
    if (Result<State, Illegal> chosen = tilecast::apply(state, choice)) {
      state = *std::move(chosen);
      trajectory.push_back(choice);
    }
  }
  for (int tries = 0; tries < 20 * length && static_cast<int>(trajectory.size()) < length; ++tries) {
    const Action action = random_action(state, random, tries);
    Result<State, Illegal> next = tilecast::apply(state, action);
    if (!next) continue;
    state = *std::move(next);
    trajectory.push_back(action);
  }
  return trajectory;
}

}  // namespace tilecast::testing
