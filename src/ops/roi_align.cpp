// roi_align: x[N,H,W,C], rois[R,4] (x1, y1, x2, y2), images[R] -> [R,H',W',C]: samples between the elements of regions,
// `samples` x `samples` of them in each of H' x W' equal parts. See He et al., "Mask R-CNN" (2017).
#include <fmt/format.h>

#include <limits>

#include "ops/builder.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

Status check(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 3, 3));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const Shape& rois = graph.type_of(node.inputs[1]).shape;
  const TensorType& images = graph.type_of(node.inputs[2]);
  if (x.size() != 4) return node_error(node, fmt::format("its input has rank {}, not 4", x.size()));
  if (rois.size() != 2 || rois[1] != 4) return node_error(node, fmt::format("regions {}", shape_to_string(rois)));
  if (images.shape != Shape{rois[0]} || is_float(images.dtype)) {
    return node_error(node, "it needs a whole number, its image, for each region");
  }
  const std::string mode = node.attributes.get_string("mode", "avg");
  if (mode != "avg" && mode != "max") return node_error(node, fmt::format("mode '{}' is not supported", mode));
  const std::int64_t samples = node.attributes.get_int("samples", 1);
  if (samples < 1 || samples > 1024) return node_error(node, fmt::format("{} samples are not supported", samples));
  const Shape& y = node.type.shape;
  return check_shape(node, {rois[0], y.size() == 4 ? y[1] : 1, y.size() == 4 ? y[2] : 1, x.back()});
}

// One coordinate of a sample: the elements on both sides and the share of the higher one.
struct Coordinate {
  Expr inside, low, high, share;
};

// `begin` and `end` are the region's borders, `part` of `parts` is sampled at `sample` of `samples`.
Coordinate coordinate_of(const Node& node, Expr begin, Expr end, const Expr& part, int parts, const Expr& sample,
                         int extent) {
  const Attributes& attributes = node.op.attributes;
  const auto scale = static_cast<float>(attributes.get_float("scale", 1));
  const bool half_pixel = attributes.get_int("half_pixel", 0) != 0;
  const auto samples = static_cast<float>(attributes.get_int("samples", 1));
  begin = begin * scale - (half_pixel ? 0.5f : 0.0f);
  end = end * scale - (half_pixel ? 0.5f : 0.0f);
  Expr length = end - begin;
  if (!half_pixel) length = Halide::max(length, 1.0f);
  const Expr size = length / static_cast<float>(parts);
  const Expr place = begin + Halide::cast<float>(part) * size + (Halide::cast<float>(sample) + 0.5f) * size / samples;
  const Expr within = Halide::clamp(place, 0.0f, static_cast<float>(extent - 1));
  Coordinate c;
  c.inside = place >= -1.0f && place <= static_cast<float>(extent);
  c.low = Halide::clamp(Halide::cast<int>(Halide::floor(within)), 0, extent - 1);
  c.high = Halide::min(c.low + 1, extent - 1);
  c.share = within - Halide::cast<float>(c.low);
  return c;
}

Func build(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("roi_align");
  const Extents x = node.extents(0);
  const Extents output = node.output();
  const bool largest = node.op.attributes.get_string("mode", "avg") == "max";
  const auto samples = static_cast<int>(node.op.attributes.get_int("samples", 1));
  const std::vector<Var> out = channel_vars(4);
  RDom r({{0, samples}, {0, samples}}, name + "_r");
  const Func rois = node.input(1);
  const Coordinate h = coordinate_of(node, rois(0, out[3]), rois(2, out[3]), out[1], static_cast<int>(output[1]), r[0],
                                     static_cast<int>(x[1]));
  const Coordinate v = coordinate_of(node, rois(1, out[3]), rois(3, out[3]), out[2], static_cast<int>(output[2]), r[1],
                                     static_cast<int>(x[2]));
  const Expr image = Halide::clamp(Halide::cast<int>(node.input(2)(out[3])), 0, static_cast<int>(x[3] - 1));
  const auto corner = [&](const Expr& column, const Expr& row, const Expr& weight) {
    return node.input(0)(out[0], column, row, image) * weight;
  };
  const Expr corners[] = {corner(h.low, v.low, (1.0f - v.share) * (1.0f - h.share)),
                          corner(h.high, v.low, (1.0f - v.share) * h.share),
                          corner(h.low, v.high, v.share * (1.0f - h.share)), corner(h.high, v.high, v.share * h.share)};
  const Expr inside = h.inside && v.inside;
  Func f = named_func(name);
  if (largest) {
    // ONNX takes the largest of the four shares of a sample, not their sum.
    const Expr sample = Halide::max(Halide::max(corners[0], corners[1]), Halide::max(corners[2], corners[3]));
    f(out) = std::numeric_limits<float>::lowest();
    f(out) = Halide::max(f(out), Halide::select(inside, sample, 0.0f));
    return node.builder.add(name, f, output, {"sx", "sy"});
  }
  f(out) = 0.0f;
  f(out) += Halide::select(inside, corners[0] + corners[1] + corners[2] + corners[3], 0.0f);
  node.builder.add(name, f, output, {"sx", "sy"});
  Func mean = named_func(name + ".mean");
  mean(out) = f(out) * (1.0f / static_cast<float>(samples * samples));
  return node.builder.add(name + ".mean", mean, output);
}

}  // namespace

void register_roi_align(Registry& registry) {
  registry["roi_align"] = {build, check};
}

}  // namespace tilecast::ops
