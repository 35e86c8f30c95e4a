#include "test_programs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace tilecast::testing {

StageMaker::StageMaker(const Name& name, std::vector<Axis> spatial, std::vector<Axis> reduction) {
  stage_.name = name;
  stage_.spatial = std::move(spatial);
  stage_.reduction = std::move(reduction);
  if (!stage_.reduction.empty()) stage_.reduction_op = ReductionOp::kSum;
}

std::int32_t StageMaker::push(ExprNode node) {
  stage_.value.nodes.push_back(std::move(node));
  return static_cast<std::int32_t>(stage_.value.nodes.size()) - 1;
}

std::int32_t StageMaker::axis(int number) {
  return push({ExprOp::kAxis, DataType::kInt32, {}, number});
}
std::int32_t StageMaker::whole(std::int64_t value) {
  return push({ExprOp::kIntConst, DataType::kInt32, {}, value});
}
std::int32_t StageMaker::real(double value) {
  return push({ExprOp::kFloatConst, DataType::kFloat32, {}, 0, value});
}
std::int32_t StageMaker::load(BufferId buffer, std::vector<std::int32_t> index) {
  return push({ExprOp::kLoad, DataType::kFloat32, std::move(index), buffer});
}
std::int32_t StageMaker::op(ExprOp op, std::int32_t a, std::int32_t b) {
  return push({op, stage_.value.nodes[static_cast<std::size_t>(a)].type, {a, b}});
}
std::int32_t StageMaker::call(const std::string& function, std::int32_t argument) {
  return push({ExprOp::kCall, DataType::kFloat32, {argument}, 0, 0, function});
}

Stage StageMaker::make() const {
  Stage stage = stage_;
  analyze_stage(stage);
  return stage;
}

namespace {

std::shared_ptr<const ComputeDag> checked(ComputeDag dag) {
  const Status status = validate(dag);
  if (!status) throw std::logic_error(status.error().message);
  return std::make_shared<const ComputeDag>(std::move(dag));
}

// name[x…] = op(buffer[x…], value)
Stage element_wise(const Name& name, const std::vector<Axis>& axes, BufferId buffer, ExprOp op, double value) {
  StageMaker stage(name, axes);
  std::vector<std::int32_t> index;
  for (std::size_t d = 0; d < axes.size(); ++d) index.push_back(stage.axis(static_cast<int>(d)));
  const std::int32_t element = stage.load(buffer, index);
  stage.op(op, element, stage.real(value));
  return stage.make();
}

// name[x] = a[x] + b[x]
Stage sum_of(const Name& name, const Axis& axis, BufferId a, BufferId b) {
  StageMaker stage(name, {axis});
  const std::int32_t x = stage.axis(0);
  const std::int32_t left = stage.load(a, {x});
  stage.op(ExprOp::kAdd, left, stage.load(b, {x}));
  return stage.make();
}

const Axis kEight{"x", 0, 8};

}  // namespace

State state_of(ComputeDag dag) {
  return State::initial(std::make_shared<const Program>(Program{{{"direct", checked(std::move(dag))}}}));
}

State blur_state(std::int64_t width, std::int64_t height) {
  const std::vector<Axis> narrow = {{"x", 0, width}, {"y", 0, height}};
  const std::vector<Axis> wide = {{"x", 0, width + 2}, {"y", 0, height}};
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {width + 2, height}}};
  StageMaker blur("blur", narrow);
  const std::int32_t x = blur.axis(0);
  const std::int32_t y = blur.axis(1);
  std::int32_t sum = blur.load(1, {x, y});
  for (const std::int64_t offset : {1, 2}) {
    const std::int32_t moved = blur.op(ExprOp::kAdd, x, blur.whole(offset));
    sum = blur.op(ExprOp::kAdd, sum, blur.load(1, {moved, y}));
  }
  dag.stages = {element_wise("pre", wide, 0, ExprOp::kMul, 2), blur.make(),
                element_wise("post", narrow, 2, ExprOp::kAdd, 1)};
  return state_of(std::move(dag));
}

State product_state(std::int64_t n, std::int64_t m, std::int64_t k) {
  ComputeDag dag;
  dag.inputs = {{"a", DataType::kFloat32, {k, m}}, {"b", DataType::kFloat32, {n, k}, true}};
  const std::vector<Axis> spatial = {{"n", 0, n}, {"m", 0, m}};
  StageMaker product("product", spatial, {{"k", 0, k}});
  const std::int32_t column = product.axis(0);
  const std::int32_t row = product.axis(1);
  const std::int32_t step = product.axis(2);
  const std::int32_t left = product.load(0, {step, row});
  product.op(ExprOp::kMul, left, product.load(1, {column, step}));
  dag.stages = {product.make(), element_wise("relu", spatial, 2, ExprOp::kMax, 0)};
  return state_of(std::move(dag));
}

State diamond_state() {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {8}}};
  dag.stages = {element_wise("left", {kEight}, 0, ExprOp::kAdd, 1), element_wise("right", {kEight}, 0, ExprOp::kMul, 2),
                sum_of("sum", kEight, 1, 2)};
  return state_of(std::move(dag));
}

State two_algorithms_state() {
  ComputeDag twice;
  twice.inputs = {{"in", DataType::kFloat32, {8}}};
  twice.stages = {element_wise("y", {kEight}, 0, ExprOp::kMul, 2)};
  ComputeDag sum;
  sum.inputs = twice.inputs;
  sum.stages = {element_wise("h", {kEight}, 0, ExprOp::kAdd, 0), sum_of("y", kEight, 1, 1)};
  return State::initial(std::make_shared<const Program>(
      Program{{{"twice", checked(std::move(twice))}, {"sum", checked(std::move(sum))}}}));
}

State scheduled(const State& initial, const Trajectory& trajectory) {
  auto state = replay(initial, trajectory);
  if (!state) throw std::logic_error(state.error().reason);
  return *std::move(state);
}

State applied(const State& before, const Action& action) {
  const std::string description = describe(before);
  auto after = tilecast::apply(before, action);
  EXPECT_EQ(describe(before), description) << to_text(action) << " changed the State that it was applied to";
  if (!after) throw std::logic_error(to_text(action) + ": " + after.error().reason);
  return *std::move(after);
}

void expect_refused(const State& initial, const Trajectory& before, const Action& action, const std::string& reason) {
  const State state = scheduled(initial, before);
  const std::string description = describe(state);
  const auto after = tilecast::apply(state, action);
  ASSERT_FALSE(after.ok()) << to_text(action) << " is legal, expected: " << reason;
  EXPECT_EQ(after.error().reason, reason) << to_text(action);
  EXPECT_EQ(describe(state), description) << to_text(action) << " was refused and changed the State";
  Trajectory all = before;
  all.push_back(action);
  const auto replayed = replay(initial, all);
  ASSERT_FALSE(replayed.ok());
  EXPECT_EQ(replayed.error().reason, fmt::format("step {}, {}: {}", all.size(), to_text(action), reason));
}

std::string nest(const State& state, const Name& stage) {
  static constexpr std::array<const char*, 4> kWords = {"", "vectorized ", "unrolled ", "parallel "};
  const StageState& s = state.stage(state.find_stage(stage).value());
  std::string text;
  for (std::size_t p = 0; p < s.loops.size(); ++p) {
    const LoopVar& loop = s.loop_at(p);
    text += fmt::format("{}{}{}{}:{}", p == 0 ? "" : " ", kWords.at(static_cast<std::size_t>(loop.annotation)),
                        loop.kind == LoopKind::kReduction ? "reducing " : "", loop.name.view(), loop.extent);
  }
  return text;
}

std::string describe(const State& state) {
  std::string text = fmt::format("{} -> {}\n", state.algorithm().view(), state.output());
  for (std::size_t i = 0; i < state.stage_count(); ++i) {
    const StageState& s = state.stage(static_cast<StageId>(i));
    text += fmt::format("{}: {} | at {} {} {} | storage {} |", s.name().view(), nest(state, s.name()),
                        static_cast<int>(s.location.placement), s.location.host, s.location.loop,
                        static_cast<int>(s.storage));
    for (const LoopVar& var : s.vars) text += fmt::format(" {}:{}", var.name.view(), var.extent);
    for (const LoopTransform& t : s.transforms) {
      text += fmt::format(" {}({} {} {} {})", static_cast<int>(t.kind), t.a, t.b, t.c, t.factor);
    }
    for (const auto& [from, to] : s.redirects) text += fmt::format(" {}=>{}", from, to);
    for (const Access& access : s.def->accesses) text += fmt::format(" reads {}", access.buffer);
    text += "\n";
  }
  for (const DerivedStage& d : state.derived()) {
    text += fmt::format("derived {} {} {} {} {}\n", static_cast<int>(d.kind), d.stage, d.source, d.reader, d.loop);
  }
  for (const PackedInput& packed : state.packed()) {
    text += fmt::format(
        "{}\n",
        to_text(Action(Pack{state.dag().inputs.at(static_cast<std::size_t>(packed.input)).name, packed.parts})));
  }
  return text;
}

}  // namespace tilecast::testing
