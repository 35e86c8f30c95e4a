#include "codegen/schedule_pipeline.h"

#include <algorithm>
#include <map>

#include "schedule/directives.h"

namespace tilecast {
namespace {

using Halide::Func;
using Halide::RVar;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

// Halide matches a loop by the last part of a dotted name; ours are whole.
std::string halide_name(const Name& name) {
  std::string text = name.str();
  std::replace(text.begin(), text.end(), '.', '_');
  return text;
}

class Scheduler {
 public:
  Scheduler(const ops::Pipeline& pipeline, const State& state) {
    const auto& inputs = state.dag().inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) funcs_[inputs[i].name.str()] = pipeline.inputs[i];
    for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
      funcs_[pipeline.names[i]] = pipeline.stages[i];
      if (pipeline.reductions[i].empty()) continue;
      const auto& rvars = pipeline.stages[i].function().update(0).schedule().rvars();
      for (std::size_t r = 0; r < rvars.size(); ++r) {
        reductions_[pipeline.names[i]][pipeline.reductions[i][r]] = rvars[r].var;
      }
    }
  }

  Func func(const Name& stage) const { return funcs_.at(stage.str()); }

  void operator()(const directive::CacheWrite& d) { funcs_[d.copy.str()] = func(d.stage).in(); }
  void operator()(const directive::CacheRead& d) { funcs_[d.cache.str()] = func(d.buffer).in(func(d.reader)); }
  void operator()(const directive::Rfactor& d) {
    const RVar loop(reduction_name(d.stage, d.loop));
    funcs_[d.partial.str()] = func(d.stage).update(0).rfactor({{loop, Var(halide_name(d.axis))}});
    reductions_[d.partial.str()] = reductions_[d.stage.str()];
  }
  void operator()(const directive::Split& d) {
    const TailStrategy tail = d.tail == directive::Tail::kRoundUp ? TailStrategy::RoundUp : TailStrategy::GuardWithIf;
    const auto factor = static_cast<int>(d.factor);
    const VarOrRVar loop = variable(d.stage, d.loop, d.reduction);
    const VarOrRVar outer = variable(d.stage, d.outer, d.reduction);
    const VarOrRVar inner = variable(d.stage, d.inner, d.reduction);
    definition(d.stage, d.definition).split(loop, outer, inner, factor, tail);
  }
  void operator()(const directive::Fuse& d) {
    definition(d.stage, d.definition)
        .fuse(variable(d.stage, d.inner, d.reduction), variable(d.stage, d.outer, d.reduction),
              variable(d.stage, d.fused, d.reduction));
  }
  void operator()(const directive::Reorder& d) {
    std::vector<VarOrRVar> loops;
    for (const Name& loop : d.loops) loops.push_back(existing(d.stage, d.definition, loop));
    definition(d.stage, d.definition).reorder(loops);
  }
  void operator()(const directive::Annotate& d) {
    Halide::Stage stage = definition(d.stage, d.definition);
    const VarOrRVar loop = existing(d.stage, d.definition, d.loop);
    switch (d.annotation) {
      case Annotation::kVectorized:
        stage.vectorize(loop);
        return;
      case Annotation::kUnrolled:
        stage.unroll(loop);
        return;
      case Annotation::kParallel:
        stage.parallel(loop);
        return;
      case Annotation::kNone:
        return;
    }
  }
  void operator()(const directive::ComputeAt& d) {
    // Without a number, a LoopLevel means the last definition: the update of a reduction.
    func(d.stage).compute_at(Halide::LoopLevel(func(d.host), existing(d.host, d.host_definition, d.loop)));
  }
  void operator()(const directive::ComputeRoot& d) { func(d.stage).compute_root(); }
  void operator()(const directive::StoreIn& d) {
    static constexpr Halide::MemoryType kTypes[] = {Halide::MemoryType::Auto, Halide::MemoryType::Heap,
                                                    Halide::MemoryType::Stack, Halide::MemoryType::Register};
    func(d.stage).store_in(kTypes[static_cast<std::size_t>(d.storage)]);
  }
  void operator()(const directive::BoundExtent& d) {
    func(d.stage).bound_extent(Var(halide_name(d.axis)), static_cast<int>(d.extent));
  }

 private:
  Halide::Stage definition(const Name& stage, directive::Definition d) const {
    Func f = func(stage);
    if (d == directive::Definition::kUpdate) return f.update(0);
    return f;
  }

  std::string reduction_name(const Name& stage, const Name& loop) {
    const auto& names = reductions_[stage.str()];
    const auto it = names.find(loop.str());
    return it == names.end() ? halide_name(loop) : it->second;
  }

  VarOrRVar variable(const Name& stage, const Name& loop, bool reduction) {
    if (reduction) return RVar(reduction_name(stage, loop));
    return Var(halide_name(loop));
  }

  // A loop that the definition has, spatial or reducing.
  VarOrRVar existing(const Name& stage, directive::Definition d, const Name& loop) {
    if (d == directive::Definition::kUpdate) {
      const std::string reducing = reduction_name(stage, loop);
      for (const auto& dim : func(stage).function().update(0).schedule().dims()) {
        if (dim.is_rvar() && (dim.var == reducing || dim.var.ends_with("." + reducing))) return RVar(reducing);
      }
    }
    return Var(halide_name(loop));
  }

  std::map<std::string, Func> funcs_;
  std::map<std::string, std::map<std::string, std::string>> reductions_;  // stage -> our name -> Halide's
};

}  // namespace

Halide::Func schedule_pipeline(const ops::Pipeline& pipeline, const State& state) {
  Scheduler scheduler(pipeline, state);
  for (const Directive& directive : to_directives(state)) std::visit(scheduler, directive);
  return scheduler.func(state.stage(state.output()).name());
}

}  // namespace tilecast
