#include "test_kernels.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/random.h"
#include "codegen/codegen.h"
#include "ir/interpreter.h"
#include "kernel_argument.h"
#include "runtime/kernel_runtime.h"
#include "schedule/packing.h"

namespace tilecast::testing {
namespace {

TensorType f32(Shape shape) {
  return {DataType::kFloat32, std::move(shape)};
}

OpGraph with_bias_relu(OpGraph graph, std::int64_t channels) {
  const ValueId bias = static_cast<ValueId>(graph.inputs.size());
  graph.inputs.push_back({"bias", f32({channels}), true});
  const ValueId anchor = graph.value_of_node(0);
  const TensorType type = graph.nodes[0].type;
  graph.nodes.push_back({"add", "add", {anchor, bias}, {}, type});
  graph.nodes.push_back({"relu", "relu", {graph.value_of_node(1)}, {}, type});
  graph.outputs = {graph.value_of_node(2)};
  return graph;
}

}  // namespace

Task conv_task(std::int64_t height, std::int64_t width, std::int64_t in, std::int64_t out, std::int64_t kernel,
               std::int64_t stride, std::int64_t groups) {
  const std::int64_t pad = kernel / 2;
  OpGraph graph;
  graph.inputs = {{"x", f32({1, height, width, in})}, {"w", f32({kernel, kernel, in / groups, out}), true}};
  const std::int64_t oh = (height + 2 * pad - kernel) / stride + 1;
  const std::int64_t ow = (width + 2 * pad - kernel) / stride + 1;
  Attributes attributes{{"strides", std::vector<std::int64_t>{stride, stride}},
                        {"pads_begin", std::vector<std::int64_t>{pad, pad}},
                        {"pads_end", std::vector<std::int64_t>{pad, pad}},
                        {"groups", groups}};
  graph.nodes = {{"conv", "conv", {0, 1}, attributes, f32({1, oh, ow, out})}};
  return make_task("conv", with_bias_relu(graph, out));
}

Task depthwise_task(std::int64_t size, std::int64_t channels, std::int64_t stride) {
  return conv_task(size, size, channels, channels, 3, stride, channels);
}

Task deconv_task(std::int64_t size, std::int64_t in, std::int64_t out, std::int64_t groups) {
  OpGraph graph;
  graph.inputs = {{"x", f32({1, size, size, in})}, {"w", f32({4, 4, in, out / groups}), true}};
  Attributes attributes{{"strides", std::vector<std::int64_t>{2, 2}},
                        {"pads_begin", std::vector<std::int64_t>{1, 1}},
                        {"pads_end", std::vector<std::int64_t>{1, 1}},
                        {"groups", groups}};
  graph.nodes = {{"deconv", "conv_transpose", {0, 1}, attributes, f32({1, 2 * size, 2 * size, out})}};
  return make_task("deconv", with_bias_relu(graph, out));
}

Task dense_task(std::int64_t m, std::int64_t k, std::int64_t n) {
  OpGraph graph;
  graph.inputs = {{"x", f32({m, k})}, {"w", f32({k, n}), true}};
  graph.nodes = {{"dense", "dense", {0, 1}, {}, f32({m, n})}};
  return make_task("dense", with_bias_relu(graph, n));
}

Task matmul_task(std::int64_t batch, std::int64_t m, std::int64_t k, std::int64_t n, bool transpose_b) {
  OpGraph graph;
  graph.inputs = {{"a", f32({batch, m, k})}, {"b", transpose_b ? f32({batch, n, k}) : f32({batch, k, n})}};
  graph.nodes = {{"matmul", "batch_matmul", {0, 1}, {{"transpose_b", std::int64_t{transpose_b}}}, f32({batch, m, n})}};
  graph.outputs = {2};
  return make_task("matmul", graph);
}

Task attention_task(std::int64_t heads, std::int64_t m, std::int64_t k, std::int64_t n, bool scores) {
  using Ints = std::vector<std::int64_t>;
  OpGraph graph;
  graph.inputs = {{"a", f32({m, heads, k})}, {"b", scores ? f32({n, heads, k}) : f32({k, heads, n})}};
  graph.nodes = {
      {"at", "transpose", {0}, {{"perm", Ints{1, 0, 2}}}, f32({heads, m, k})},
      {"bt", "transpose", {1}, {{"perm", scores ? Ints{1, 2, 0} : Ints{1, 0, 2}}}, f32({heads, k, n})},
      {"matmul", "batch_matmul", {2, 3}, {}, f32({heads, m, n})},
      {"yt", "transpose", {4}, {{"perm", Ints{1, 0, 2}}}, f32({m, heads, n})},
  };
  graph.outputs = {5};
  return make_task(scores ? "scores" : "context", graph);
}

Task fused_attention_task(std::int64_t heads, std::int64_t rows, std::int64_t size) {
  using Ints = std::vector<std::int64_t>;
  const TensorType split = f32({rows, heads, size});
  const TensorType scores = f32({heads, rows, rows});
  OpGraph graph;
  graph.inputs = {{"q", split}, {"k", split}, {"v", split}, {"mask", f32({rows})}};
  const auto node = [&](std::size_t i) { return graph.value_of_node(i); };
  graph.nodes = {{"qt", "transpose", {0}, {{"perm", Ints{1, 0, 2}}}, f32({heads, rows, size})},
                 {"kt", "transpose", {1}, {{"perm", Ints{1, 2, 0}}}, f32({heads, size, rows})},
                 {"scores", "batch_matmul", {node(0), node(1)}, {}, scores},
                 {"masked", "add", {node(2), 3}, {}, scores},
                 {"softmax", "softmax", {node(3)}, {{"axis", std::int64_t{2}}}, scores},
                 {"vt", "transpose", {2}, {{"perm", Ints{1, 0, 2}}}, f32({heads, rows, size})},
                 {"context", "batch_matmul", {node(4), node(5)}, {}, f32({heads, rows, size})},
                 {"yt", "transpose", {node(6)}, {{"perm", Ints{1, 0, 2}}}, split}};
  graph.outputs = {node(7)};
  return make_task("attention", graph);
}

Task separable_task(std::int64_t size, std::int64_t in, std::int64_t out, std::int64_t stride) {
  const std::int64_t half = (size - 1) / stride + 1;
  const std::vector<std::int64_t> ones{1, 1};
  OpGraph graph;
  graph.inputs = {{"x", f32({1, size, size, in})},
                  {"dw", f32({3, 3, 1, in}), true},
                  {"pw", f32({1, 1, in, out}), true},
                  {"bias", f32({out}), true}};
  const auto node = [&](std::size_t i) { return graph.value_of_node(i); };
  const Attributes depthwise{
      {"pads_begin", ones}, {"pads_end", ones}, {"strides", std::vector<std::int64_t>{stride, stride}}, {"groups", in}};
  const TensorType result = f32({1, half, half, out});
  graph.nodes = {{"dw", "conv", {0, 1}, depthwise, f32({1, half, half, in})},
                 {"clip", "relu", {node(0)}, {}, f32({1, half, half, in})},
                 {"pw", "conv", {node(1), 2}, {}, result},
                 {"add", "add", {node(2), 3}, {}, result},
                 {"relu", "relu", {node(3)}, {}, result}};
  graph.outputs = {node(4)};
  return make_task("separable", graph);
}

Task channels_first_task(std::int64_t size, std::int64_t in, std::int64_t out) {
  OpGraph graph;
  graph.inputs = {{"x", f32({1, in, size, size})}, {"w", f32({3, 3, in, out}), true}};
  const std::vector<std::int64_t> ones{1, 1};
  const std::vector<std::int64_t> twos{2, 2};
  const std::int64_t half = (size + 1) / 2;
  graph.nodes = {{"t", "transpose", {0}, {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}}, f32({1, size, size, in})},
                 {"conv",
                  "conv",
                  {2, 1},
                  {{"pads_begin", ones}, {"pads_end", ones}, {"strides", twos}},
                  f32({1, half, half, out})}};
  graph.outputs = {3};
  return make_task("channels_first", graph);
}

Task softmax_task(std::int64_t rows, std::int64_t columns) {
  OpGraph graph;
  graph.inputs = {{"x", f32({rows, columns})}};
  graph.nodes = {{"softmax", "softmax", {0}, {{"axis", std::int64_t{1}}}, f32({rows, columns})}};
  graph.outputs = {1};
  return make_task("softmax", graph);
}

Task batch_softmax_task(std::int64_t batch, std::int64_t rows, std::int64_t columns) {
  OpGraph graph;
  graph.inputs = {{"x", f32({batch, rows, columns})}};
  graph.nodes = {{"softmax", "softmax", {0}, {{"axis", std::int64_t{2}}}, f32({batch, rows, columns})}};
  graph.outputs = {1};
  return make_task("batch_softmax", graph);
}

Task layer_norm_task(std::int64_t rows, std::int64_t columns) {
  OpGraph graph;
  graph.inputs = {{"x", f32({rows, columns})}, {"scale", f32({columns}), true}, {"bias", f32({columns}), true}};
  graph.nodes = {{"norm", "layer_norm", {0, 1, 2}, {{"axis", std::int64_t{1}}}, f32({rows, columns})}};
  graph.outputs = {3};
  return make_task("norm", graph);
}

Task vector_task(std::int64_t extent) {
  OpGraph graph;
  graph.inputs = {{"x", f32({extent})}};
  graph.nodes = {{"neg", "neg", {0}, {}, f32({extent})}};
  graph.outputs = {1};
  return make_task("vector" + std::to_string(extent), graph);
}

Task vector_softmax_task(std::int64_t extent) {
  OpGraph graph;
  graph.inputs = {{"x", f32({extent})}};
  graph.nodes = {{"softmax", "softmax", {0}, {{"axis", std::int64_t{0}}}, f32({extent})}};
  graph.outputs = {1};
  return make_task("vector_softmax" + std::to_string(extent), graph);
}

Task plane_norm_task(std::int64_t rows, std::int64_t height, std::int64_t width) {
  OpGraph graph;
  graph.inputs = {{"x", f32({rows, height, width})}, {"scale", f32({height, width}), true}};
  graph.nodes = {{"norm", "layer_norm", {0, 1}, {{"axis", std::int64_t{1}}}, f32({rows, height, width})}};
  graph.outputs = {2};
  return make_task("plane_norm", graph);
}

Task cum_sum_task(std::int64_t rows, std::int64_t columns) {
  OpGraph graph;
  graph.inputs = {{"x", f32({rows, columns})}};
  graph.nodes = {{"sums", "cum_sum", {0}, {{"axis", std::int64_t{1}}}, f32({rows, columns})}};
  graph.outputs = {1};
  return make_task("cum_sum", graph);
}

Task top_values_task(std::int64_t rows, std::int64_t columns, std::int64_t count) {
  OpGraph graph;
  graph.inputs = {{"x", f32({rows, columns})}};
  const TensorType indices{DataType::kInt64, {rows, count}};
  const Attributes axis{{"axis", std::int64_t{1}}};
  const Attributes arg{{"kind", std::string("max")}, {"axis", std::int64_t{1}}};
  graph.nodes = {{"places", count == 1 ? "arg_reduce" : "top_k", {0}, count == 1 ? arg : axis, indices},
                 {"values", "gather_elements", {0, 1}, axis, f32({rows, count})}};
  graph.outputs = {2};
  return make_task(count == 1 ? "greatest" : "top_values", graph);
}

// Products with a power of two are exact: the interpreter rounds them to the same indices.
Task scatter_task(std::int64_t columns, std::int64_t updates, const std::string& reduction) {
  OpGraph graph;
  const Shape shape{updates, columns};
  graph.inputs = {{"data", f32({8, columns})}, {"places", f32(shape)}, {"updates", f32(shape)}};
  graph.nodes = {
      {"scaled", "mul", {1}, {{"scalar", 8.0}}, f32(shape)},
      {"indices", "cast", {3}, {{"to", std::string("int64")}}, {DataType::kInt64, shape}},
      {"scatter", "scatter", {0, 4, 2}, {{"axis", std::int64_t{0}}, {"reduction", reduction}}, f32({8, columns})}};
  graph.outputs = {5};
  return make_task("scatter_" + reduction, graph);
}

Task pool_task(std::int64_t size, std::int64_t channels, bool average) {
  OpGraph graph;
  graph.inputs = {{"x", f32({1, size, size, channels})}};
  Attributes attributes{{"kernel", std::vector<std::int64_t>{3, 3}},
                        {"strides", std::vector<std::int64_t>{2, 2}},
                        {"pads_begin", std::vector<std::int64_t>{1, 1}},
                        {"pads_end", std::vector<std::int64_t>{1, 1}}};
  const std::int64_t out = (size + 2 - 3) / 2 + 1;
  graph.nodes = {{"pool", average ? "avg_pool" : "max_pool", {0}, attributes, f32({1, out, out, channels})}};
  graph.outputs = {1};
  return make_task("pool", graph);
}

Task resize_task(std::int64_t from, std::int64_t to, std::int64_t channels, bool linear) {
  OpGraph graph;
  graph.inputs = {{"x", f32({1, from, from, channels})}};
  const Attributes attributes{{"mode", std::string(linear ? "linear" : "nearest")}};
  graph.nodes = {{"resize", "resize", {0}, attributes, f32({1, to, to, channels})}};
  graph.outputs = {1};
  return make_task("resize", graph);
}

namespace {

// Of a graph input, innermost first.
std::vector<std::int64_t> plain_extents(const TaskContext& context, std::size_t input) {
  const Shape& shape = context.task.graph.inputs[input].type.shape;
  return {shape.rbegin(), shape.rend()};
}

std::vector<float> lay_out(const ConstantLayout& layout, const std::vector<float>& data,
                           const std::vector<std::int64_t>& extents) {
  const std::vector<std::byte> bytes = lay_out_constant(layout, std::as_bytes(std::span(data)), extents, 4);
  std::vector<float> result(bytes.size() / 4);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::byte*>(result.data()));
  return result;
}

Argument make_input(const TaskContext& context, const State& state, std::size_t i, const std::vector<double>& values) {
  const ConstantLayout layout = state.constant_layout(static_cast<BufferId>(i));
  const std::vector<std::int64_t> extents = plain_extents(context, i);
  const std::vector<float> data = lay_out(layout, {values.begin(), values.end()}, extents);
  return {{data.begin(), data.end()}, laid_out_extents(layout, extents)};
}

}  // namespace

Result<KernelRun> compile_and_run(const TaskContext& context, const State& state, std::uint64_t seed, int threads,
                                  std::int64_t gap) {
  const std::filesystem::path base =
      std::filesystem::temp_directory_path() / ("tilecast_test_" + std::to_string(getpid()));
  const std::filesystem::path object = base.string() + ".o";
  const std::filesystem::path shared = base.string() + ".so";
  KernelRun run;
  Random random(seed);
  std::vector<Argument> arguments;
  for (std::size_t i = 0; i < state.dag().inputs.size(); ++i) {
    std::size_t count = 1;
    for (const std::int64_t extent : plain_extents(context, i)) count *= static_cast<std::size_t>(extent);
    std::vector<double> values(count);
    for (double& v : values) v = static_cast<float>(2 * random.uniform() - 1);
    const bool is_constant = context.task.graph.inputs[i].is_constant;
    arguments.push_back(with_gaps(make_input(context, state, i, values), is_constant ? 0 : gap));
    run.inputs.push_back(std::move(values));
  }
  Argument output;
  std::size_t count = 1;
  for (const Axis& axis : state.stage(state.output()).def->spatial) {
    output.extents.push_back(axis.extent);
    count *= static_cast<std::size_t>(axis.extent);
  }
  output.data.assign(count, NAN);
  arguments.push_back(with_gaps(output, gap));

  std::vector<runtime::TensorView> views;
  CodegenOptions options;
  for (Argument& a : arguments) {
    float* first = a.data.data() + (a.strides.empty() ? 0 : gap);
    views.push_back({first, runtime::ElementType::kFloat32, a.extents, a.strides});
    options.strides.push_back(a.strides);
  }
  TILECAST_CHECK(compile_object(context.task, state, options, object));
  TILECAST_CHECK(link_shared({&object, 1}, shared));
  void* library = dlopen(shared.c_str(), RTLD_NOW | RTLD_LOCAL);
  std::filesystem::remove(object);
  std::filesystem::remove(shared);
  if (library == nullptr) return Error{dlerror()};
  const auto function = reinterpret_cast<runtime::KernelFunction>(dlsym(library, "kernel_argv"));
  if (function == nullptr) return Error{"the kernel has no entry"};
  runtime::ThreadPool pool(threads);
  runtime::ScratchAllocator scratch;
  runtime::KernelContext kernel_context{&pool, &scratch, {}};
  runtime::BoundKernel kernel(function, views);
  const int code = kernel.run(kernel_context);
  dlclose(library);
  if (code != 0) return Error{"the kernel failed: " + kernel_context.error};
  auto rows = without_gaps(arguments.back(), gap);
  if (!rows) return Error{"the kernel wrote between the rows of its output"};
  run.output = *std::move(rows);
  return run;
}

double interpreter_difference(const TaskContext& context, const State& state, const KernelRun& run, int points) {
  std::vector<std::int64_t> where;
  const auto count = static_cast<std::int64_t>(run.output.size());
  const std::int64_t step = std::max<std::int64_t>(1, count / points);
  for (std::int64_t p = 0; p < count; p += step) where.push_back(p);
  where.push_back(count - 1);
  std::vector<std::vector<double>> inputs;
  for (std::size_t i = 0; i < run.inputs.size(); ++i) {
    const std::vector<float> plain(run.inputs[i].begin(), run.inputs[i].end());
    const std::vector<float> formed = lay_out({state.dag().inputs[i].form, {}}, plain, plain_extents(context, i));
    inputs.emplace_back(formed.begin(), formed.end());
  }
  const std::vector<double> want = interpret(state.dag(), inputs, where);
  double greatest = 1e-30;
  double difference = 0;
  for (std::size_t i = 0; i < where.size(); ++i) {
    greatest = std::max(greatest, std::abs(want[i]));
    const double got = run.output[static_cast<std::size_t>(where[i])];
    difference = std::isnan(got) ? INFINITY : std::max(difference, std::abs(got - want[i]));
  }
  return difference / greatest;
}

}  // namespace tilecast::testing
