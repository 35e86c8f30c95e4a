// conv_transpose: x[N,S…,C], w[K…,C,M/g] -> [N,S'…,M], by sub-pixels: output element o has kernel residue r = (o + pad)
// mod stride; only the taps k = r + stride * t reach it, from input q - t with q = (o + pad) / stride. Nothing is
// multiplied by an inserted zero. Elements of one residue are numbered by their base: o / stride where q is the base
// plus a linear function of the residue, else q itself (then a residue has a base at each end that may hold no
// element). See Shi et al., "Is the deconvolution layer the same as a convolutional layer?" (2016).
#include <fmt/format.h>

#include "ops/window.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

Status check(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 2, 2));
  TILECAST_CHECK(check_activation(graph, node));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const Shape& w = graph.type_of(node.inputs[1]).shape;
  if (w.size() != x.size()) return node_error(node, "its weight and input have different ranks");
  const std::int64_t groups = node.attributes.get_int("groups", 1);
  if (groups < 1 || w[w.size() - 2] != x.back() || x.back() % groups != 0) {
    return node_error(node, fmt::format("{} input channels, {} groups and a weight {} do not fit", x.back(), groups,
                                        shape_to_string(w)));
  }
  TILECAST_TRY(const Window window, read_window(node, kernel_of(w)));
  const auto extra = node.attributes.get_ints("output_padding", std::vector<std::int64_t>(window.kernel.size(), 0));
  TILECAST_CHECK(check_entries(node, "output_padding", extra, window.kernel.size(), 0));
  Shape expected = {x.front()};
  for (std::size_t d = 0; d < window.kernel.size(); ++d) {
    if (window.dilations[d] != 1) return node_error(node, "dilations other than 1 are not supported");
    expected.push_back((x[d + 1] - 1) * window.strides[d] + window.kernel[d] + extra[d] - window.pads_begin[d] -
                       window.pads_end[d]);
    if (expected.back() < 1) return node_error(node, "its padding leaves nothing of the output");
  }
  expected.push_back(w.back() * groups);
  return check_shape(node, expected);
}

struct Phase {
  int stride = 1, pad = 0, kernel = 1, taps = 1;
  int bases = 1;   // how many values the base takes
  int offset = 0;  // q = base + offset + slope * residue
  int slope = 0;
  bool exact = true;  // the base is o / stride; else q - offset
};

std::vector<Phase> phases_of(const Node& node, const Window& window) {
  const Extents output = node.output();
  std::vector<Phase> phases;
  for (std::size_t d = 0; d < window.kernel.size(); ++d) {
    const std::size_t outer = window.kernel.size() - 1 - d;
    Phase p;
    p.stride = static_cast<int>(window.strides[outer]);
    p.pad = static_cast<int>(window.pads_begin[outer]);
    p.kernel = static_cast<int>(window.kernel[outer]);
    p.taps = (p.kernel + p.stride - 1) / p.stride;
    const auto extent = static_cast<int>(output[d + 1]);
    // q is ceil((pad - r) / stride) at the first element of residue r.
    p.exact = p.pad % p.stride == 0 || p.stride == 2;
    p.offset = p.pad / p.stride;
    if (p.exact && p.pad % p.stride != 0) {
      p.offset += 1;
      p.slope = -1;
    }
    p.bases = p.exact ? (extent + p.stride - 1) / p.stride : (extent - 1 + p.pad) / p.stride - p.offset + 1;
    phases.push_back(p);
  }
  return phases;
}

// The input with zeros around it, shifted so that base b, residue r and tap t read element
// b + slope * (r - 1) - t + taps - 1, where slope is 0 or -1: never one before the first.
Func shifted_input(const Node& node, const std::string& name, const std::vector<Phase>& phases) {
  const Extents input = node.extents(0);
  Extents extents = input;
  const std::vector<Var> vars = channel_vars(input.size());
  std::vector<Expr> index = exprs(vars);
  std::vector<bool> checked(input.size(), false);
  for (std::size_t d = 0; d < phases.size(); ++d) {
    const int before = phases[d].taps - 1 - (phases[d].offset + phases[d].slope);
    extents[d + 1] = phases[d].bases + phases[d].taps - 1 - phases[d].slope;
    index[d + 1] = vars[d + 1] - before;
    checked[d + 1] = true;
  }
  Func pad = named_func(name + ".pad");
  pad(vars) = read_or(node.input(0), index, input, checked, 0.0f);
  return node.builder.add(name + ".pad", pad, extents);
}

Func build(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("deconv");
  const Window window = *read_window(node.op, kernel_of(node.builder.graph().type_of(node.op.inputs[1]).shape));
  const std::vector<Phase> phases = phases_of(node, window);
  const std::size_t spatial = phases.size();
  const Func x = shifted_input(node, name, phases);
  const Func w = node.input(1);

  static constexpr const char* kTap[] = {"tx", "ty", "tz"};
  static constexpr const char* kResidue[] = {"rx", "ry", "rz"};
  static constexpr const char* kBase[] = {"x", "y", "z"};
  const auto groups = node.op.attributes.get_int("groups", 1);
  const auto in_group = static_cast<int>(node.extents(0)[0] / groups);
  const auto out_group = static_cast<int>(node.output()[0] / groups);
  std::vector<Halide::Range> ranges = {{0, in_group}};
  std::vector<std::string> names = {"ci"};
  for (std::size_t d = 0; d < spatial; ++d) {
    ranges.emplace_back(0, phases[d].taps);
    names.emplace_back(kTap[d]);
  }
  RDom r(ranges, name + "_r");
  std::vector<Var> out = {Var("c")};
  Extents extents = {node.output()[0]};
  const Expr channel = groups == 1 ? Expr(r[0]) : group_of(out[0], out_group, groups) * in_group + r[0];
  std::vector<Expr> xi = {channel};
  std::vector<Expr> wi = {groups == 1 ? Expr(out[0]) : Expr(out[0]) % out_group, channel};
  Expr in_kernel;
  for (std::size_t d = 0; d < spatial; ++d) {
    const Phase& p = phases[d];
    const Var base(kBase[d]);
    const Var residue(kResidue[d]);
    const Expr tap = r[static_cast<int>(d + 1)];
    out.push_back(base);
    extents.push_back(p.bases);
    Expr input = base - tap + (p.taps - 1);
    if (p.slope != 0) input = input + (1 - residue);
    xi.push_back(input);
    const Expr k = residue + tap * p.stride;
    wi.push_back(p.kernel % p.stride == 0 ? k : Halide::min(k, p.kernel - 1));
    if (p.kernel % p.stride != 0) in_kernel = both(in_kernel, k < p.kernel);
  }
  for (std::size_t d = 0; d < spatial; ++d) {
    out.emplace_back(kResidue[d]);
    extents.push_back(phases[d].stride);
  }
  out.emplace_back("n");
  extents.push_back(node.output().back());
  xi.emplace_back(out.back());
  Func f = named_func(name);
  const Expr term = x(xi) * w(wi);
  f(out) = 0.0f;
  f(out) += in_kernel.defined() ? Halide::select(in_kernel, term, 0.0f) : term;
  node.builder.add(name, f, extents, names);

  // Interleave the residues.
  const std::vector<Var> vars = channel_vars(spatial + 2);
  std::vector<Expr> index = {vars[0]};
  for (std::size_t d = 0; d < spatial; ++d) {
    const Phase& p = phases[d];
    const Expr o = vars[d + 1];
    index.push_back(p.exact ? o / p.stride : (o + p.pad) / p.stride - p.offset);
  }
  for (std::size_t d = 0; d < spatial; ++d) index.push_back((vars[d + 1] + phases[d].pad) % phases[d].stride);
  index.emplace_back(vars.back());
  Func shuffled = named_func(name + ".shuffle");
  shuffled(vars) = f(index);
  return node.builder.add(name + ".shuffle", shuffled, node.output());
}

}  // namespace

void register_transposed_convolutions(Registry& registry) {
  registry["conv_transpose"] = {build, check};
}

}  // namespace tilecast::ops
