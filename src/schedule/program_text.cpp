// The canonical print of a State. Stages and loops are numbered in order of appearance; names of the source are not
// shown.
#include <fmt/format.h>

#include <map>

#include "schedule/action_fields.h"
#include "schedule/state.h"

namespace tilecast {
namespace {

std::string_view op_symbol(ExprOp op) {
  switch (op) {
    case ExprOp::kAdd:
      return "+";
    case ExprOp::kSub:
      return "-";
    case ExprOp::kMul:
      return "*";
    case ExprOp::kDiv:
      return "/";
    case ExprOp::kMod:
      return "%";
    case ExprOp::kLess:
      return "<";
    case ExprOp::kLessEqual:
      return "<=";
    case ExprOp::kEqual:
      return "==";
    case ExprOp::kNotEqual:
      return "!=";
    case ExprOp::kAnd:
      return "&&";
    case ExprOp::kOr:
      return "||";
    default:
      return "";
  }
}

std::string_view reduction_symbol(ReductionOp op) {
  switch (op) {
    case ReductionOp::kSum:
      return "+=";
    case ReductionOp::kMax:
      return "max=";
    case ReductionOp::kMin:
      return "min=";
    case ReductionOp::kProduct:
      return "*=";
    case ReductionOp::kNone:
      break;
  }
  return "=";
}

std::string_view annotation_word(Annotation annotation) {
  switch (annotation) {
    case Annotation::kVectorized:
      return "vectorized ";
    case Annotation::kUnrolled:
      return "unrolled ";
    case Annotation::kParallel:
      return "parallel ";
    case Annotation::kNone:
      break;
  }
  return "";
}

class Printer {
 public:
  explicit Printer(const State& state) : state_(state), order_(state.topological_order()) {
    for (const StageId id : order_) numbers_.emplace(id, static_cast<int>(numbers_.size()));
  }

  std::string print() {
    print_inputs();
    for (const StageId id : order_) {
      if (state_.stage(id).location.placement == Placement::kInlined) print_inlined(id);
    }
    for (const StageId id : order_) {
      if (state_.stage(id).location.placement == Placement::kRoot) print_nest(id, 0);
    }
    return std::move(text_);
  }

 private:
  template <class... Args>
  void line(int depth, fmt::format_string<Args...> format, Args&&... args) {
    text_.append(static_cast<std::size_t>(depth), ' ');
    text_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }

  std::string buffer_word(BufferId buffer) const {
    return state_.is_input(buffer) ? fmt::format("in{}", buffer)
                                   : fmt::format("s{}", numbers_.at(state_.stage_of(buffer)));
  }

  void print_inputs() {
    const auto& inputs = state_.dag().inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto id = static_cast<BufferId>(i);
      std::string layout;
      if (const PackedInput* packed = state_.packed_input(id)) {
        layout = " packed";
        for (const PackPart& part : packed->parts) layout += fmt::format(" {}:{}", part.dim, part.extent);
      }
      line(0, "{} in{} {}[{}]{}", inputs[i].is_constant ? "constant" : "input", i, data_type_name(inputs[i].type),
           fmt::join(inputs[i].extents, ", "), layout);
    }
  }

  std::string node_text(const StageState& s, const ExprNode& node, const std::vector<std::string>& words,
                        const std::vector<std::string>& axes) const {
    std::vector<std::string> operands;
    for (const std::int32_t o : node.operands) operands.push_back(words[static_cast<std::size_t>(o)]);
    switch (node.op) {
      case ExprOp::kIntConst:
        return fmt::format("{}", node.int_value);
      case ExprOp::kFloatConst:
        return fmt::format("{}f", node.float_value);
      case ExprOp::kAxis:
        return axes[static_cast<std::size_t>(node.int_value)];
      case ExprOp::kLoad:
        return fmt::format("{}[{}]", buffer_word(s.source(static_cast<BufferId>(node.int_value))),
                           fmt::join(operands, ", "));
      case ExprOp::kCast:
        return fmt::format("{}({})", data_type_name(node.type), operands[0]);
      case ExprOp::kMin:
        return fmt::format("min({}, {})", operands[0], operands[1]);
      case ExprOp::kMax:
        return fmt::format("max({}, {})", operands[0], operands[1]);
      case ExprOp::kNot:
        return fmt::format("!{}", operands[0]);
      case ExprOp::kSelect:
        return fmt::format("select({}, {}, {})", operands[0], operands[1], operands[2]);
      case ExprOp::kCall:
        return fmt::format("{}({})", node.callee, fmt::join(operands, ", "));
      default:
        return fmt::format("({} {} {})", operands[0], op_symbol(node.op), operands[1]);
    }
  }

  // Prints what an expression uses twice as lines of its own; returns the value.
  std::string print_expr(const StageState& s, const std::vector<std::string>& axes, int depth) {
    const auto& nodes = s.def->value.nodes;
    std::vector<int> uses(nodes.size(), 0);
    for (const ExprNode& node : nodes) {
      for (const std::int32_t o : node.operands) ++uses[static_cast<std::size_t>(o)];
    }
    std::vector<std::string> words(nodes.size());
    int temporaries = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      words[i] = node_text(s, nodes[i], words, axes);
      const bool leaf = nodes[i].operands.empty();
      if (leaf || uses[i] < 2) continue;
      const std::string name = fmt::format("t{}", temporaries++);
      line(depth, "{} = {}", name, words[i]);
      words[i] = name;
    }
    return words.back();
  }

  void print_inlined(StageId id) {
    const StageState& s = state_.stage(id);
    const std::vector<std::string> axes = axis_names(s.spatial_count());
    line(0, "inlined s{}[{}]:", numbers_.at(id), fmt::join(axes, ", "));
    const std::string value = print_expr(s, axes, 1);
    line(1, "{}", value);
  }

  static std::vector<std::string> axis_names(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("a{}", i));
    return names;
  }

  // Each axis of the stage in terms of its loops.
  std::vector<std::string> axis_words(const StageState& s, const std::map<VarId, std::string>& loops) const {
    std::map<VarId, std::string> words = loops;
    for (std::size_t t = s.transforms.size(); t-- > 0;) {
      const LoopTransform& transform = s.transforms[t];
      if (transform.kind == LoopTransform::Kind::kSplit) {
        words[transform.a] = fmt::format("({}*{} + {})", words[transform.b], transform.factor, words[transform.c]);
      } else {
        const std::int64_t inner = s.vars[static_cast<std::size_t>(transform.b)].extent;
        words[transform.a] = fmt::format("({} / {})", words[transform.c], inner);
        words[transform.b] = fmt::format("({} % {})", words[transform.c], inner);
      }
    }
    std::vector<std::string> axes;
    const std::size_t count = s.def->spatial.size() + s.def->reduction.size();
    for (std::size_t i = 0; i < count; ++i) axes.push_back(words[static_cast<VarId>(i)]);
    return axes;
  }

  void print_nest(StageId id, int depth) {
    const StageState& s = state_.stage(id);
    const auto number = numbers_.at(id);
    line(depth, "allocate s{} {}[{}] {}", number, data_type_name(s.def->type), fmt::join(state_.region(id), ", "),
         kStorageNames[static_cast<std::size_t>(s.storage)]);
    if (s.def->is_reduction()) line(depth, "s{} = {}f", number, s.def->init);
    std::map<VarId, std::string> loops;
    for (const VarId v : s.loops) {
      const LoopVar& loop = s.vars[static_cast<std::size_t>(v)];
      loops[v] = fmt::format("i{}", next_loop_++);
      line(depth++, "{}for {} in {}{}:", annotation_word(loop.annotation), loops[v], loop.extent,
           loop.kind == LoopKind::kReduction ? " reducing" : "");
      for (const StageId inner : state_.hosted(id, v)) print_nest(inner, depth);
    }
    const std::vector<std::string> axes = axis_words(s, loops);
    const std::vector<std::string> spatial(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(s.spatial_count()));
    const std::string value = print_expr(s, axes, depth);
    line(depth, "s{}[{}] {} {}", number, fmt::join(spatial, ", "), reduction_symbol(s.def->reduction_op), value);
  }

  const State& state_;
  std::vector<StageId> order_;
  std::map<StageId, int> numbers_;
  int next_loop_ = 0;
  std::string text_;
};

}  // namespace

std::string program_text(const State& state) {
  return Printer(state).print();
}

}  // namespace tilecast
