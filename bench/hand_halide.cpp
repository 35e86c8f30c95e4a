#include "hand_halide.h"

#include <Halide.h>

namespace tilecast::bench {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::ImageParam;
using Halide::RDom;
using Halide::RVar;
using Halide::Var;

constexpr int kLanes = 16;

template <class Parameter>
void fix(Parameter buffer, const std::vector<int>& extents) {
  int stride = 1;
  for (std::size_t d = 0; d < extents.size(); ++d) {
    buffer.dim(static_cast<int>(d)).set_bounds(0, extents[d]).set_stride(stride);
    stride *= extents[d];
  }
}

void compile(Func& output, const std::vector<Halide::Argument>& arguments, const std::filesystem::path& file) {
  const Halide::Target target = Halide::get_host_target()
                                    .with_feature(Halide::Target::NoRuntime)
                                    .with_feature(Halide::Target::UserContext)
                                    .with_feature(Halide::Target::NoAsserts)
                                    .with_feature(Halide::Target::NoBoundsQuery);
  output.compile_to_object(file.string(), arguments, "kernel", target);
}

void compile_conv(const HandSchedule& hand, const std::filesystem::path& file) {
  const int size = static_cast<int>(hand.size);
  const int channels = static_cast<int>(hand.in_channels);
  const int tile = static_cast<int>(hand.tile_channels);
  ImageParam input(Halide::Float(32), 4);
  ImageParam weights(Halide::Float(32), 5);
  ImageParam bias(Halide::Float(32), 1);
  fix(input, {channels, size, size, 1});
  fix(weights, {tile, channels, 3, 3, channels / tile});
  fix(bias, {channels});

  Var c("c");
  Var x("x");
  Var y("y");
  Var n("n");
  Func padded("padded");
  const Expr inside = x >= 1 && x <= size && y >= 1 && y <= size;
  padded(c, x, y, n) =
      Halide::select(inside, input(c, Halide::clamp(x - 1, 0, size - 1), Halide::clamp(y - 1, 0, size - 1), n), 0.0f);
  RDom r(0, channels, 0, 3, 0, 3);
  Func sum("sum");
  sum(c, x, y, n) = 0.0f;
  sum(c, x, y, n) += padded(r.x, x + r.y, y + r.z, n) * weights(c % tile, r.x, r.y, r.z, c / tile);
  Func output("output");
  output(c, x, y, n) = Halide::max(sum(c, x, y, n) + bias(c), 0.0f);

  Var co("co");
  Var ci("ci");
  Var u("u");
  Var v("v");
  Var xo("xo");
  Var xi("xi");
  Var b("b");
  Var rows("rows");
  output.bound(c, 0, channels).bound(x, 0, size).bound(y, 0, size).bound(n, 0, 1);
  output.split(c, co, ci, tile)
      .split(ci, u, v, kLanes)
      .split(x, xo, xi, static_cast<int>(hand.tile_columns))
      .reorder(v, u, xi, xo, y, n, co)
      .vectorize(v)
      .unroll(u)
      .unroll(xi)
      .fuse(n, co, b);
  if (hand.parallel_channels) {
    output.parallel(b);
  } else {
    output.fuse(y, b, rows).parallel(rows);
  }
  sum.compute_at(output, xo).store_in(Halide::MemoryType::Stack);
  sum.bound_extent(c, tile);
  sum.split(c, u, v, kLanes).vectorize(v).unroll(u).unroll(x);
  RVar ro("ro");
  RVar ru("ru");
  sum.update()
      .split(c, u, v, kLanes)
      .split(r.x, ro, ru, 4)
      .reorder(v, u, x, ru, ro, r.y, r.z)
      .vectorize(v)
      .unroll(u)
      .unroll(x)
      .unroll(ru);
  padded.compute_root().split(c, co, v, kLanes).vectorize(v).parallel(y);
  fix(output.output_buffer(), {channels, size, size, 1});
  compile(output, {input, weights, bias}, file);
}

void compile_gemm(const HandSchedule& hand, const std::filesystem::path& file) {
  const int m = static_cast<int>(hand.size);
  const int k = static_cast<int>(hand.in_channels);
  const int n = static_cast<int>(hand.out_channels);
  const int tile = static_cast<int>(hand.tile_channels);
  ImageParam a(Halide::Float(32), 2);
  ImageParam b(Halide::Float(32), 3);
  fix(a, {k, m});
  fix(b, {tile, k, n / tile});
  Var column("column");
  Var row("row");
  RDom r(0, k);
  Func sum("sum");
  sum(column, row) = 0.0f;
  sum(column, row) += a(r, row) * b(column % tile, r, column / tile);
  Func output("output");
  output(column, row) = sum(column, row);

  Var co("co");
  Var ci("ci");
  Var u("u");
  Var v("v");
  Var ro("ro");
  Var ri("ri");
  output.bound(column, 0, n).bound(row, 0, m);
  output.split(column, co, ci, tile)
      .split(ci, u, v, kLanes)
      .split(row, ro, ri, static_cast<int>(hand.tile_columns), Halide::TailStrategy::GuardWithIf)
      .reorder(v, u, ri, co, ro)
      .vectorize(v)
      .unroll(u)
      .unroll(ri)
      .parallel(ro);
  sum.compute_at(output, co).store_in(Halide::MemoryType::Stack);
  sum.bound_extent(column, tile).bound_extent(row, static_cast<int>(hand.tile_columns));
  sum.split(column, u, v, kLanes).vectorize(v).unroll(u).unroll(row);
  RVar ko("ko");
  RVar ku("ku");
  sum.update()
      .split(column, u, v, kLanes)
      .split(r, ko, ku, 4)
      .reorder(v, u, row, ku, ko)
      .vectorize(v)
      .unroll(u)
      .unroll(row)
      .unroll(ku);
  fix(output.output_buffer(), {n, m});
  compile(output, {a, b}, file);
}

}  // namespace

void compile_hand_halide(const HandSchedule& hand, const std::filesystem::path& object_file) {
  if (hand.name.starts_with("gemm")) {
    compile_gemm(hand, object_file);
  } else {
    compile_conv(hand, object_file);
  }
}

}  // namespace tilecast::bench
