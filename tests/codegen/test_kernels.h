// Small tasks for tests of code generation, and a way to compile and run them in the test's process.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/task.h"
#include "schedule/task_context.h"

namespace tilecast {
inline void PrintTo(const Task& task, std::ostream* out) {
  *out << task.name;
}
}  // namespace tilecast

namespace tilecast::testing {

// conv(pad 1) + bias + relu on odd sizes: the weight and bias are constant.
Task conv_task(std::int64_t height, std::int64_t width, std::int64_t in, std::int64_t out, std::int64_t kernel,
               std::int64_t stride, std::int64_t groups = 1);
Task depthwise_task(std::int64_t size, std::int64_t channels, std::int64_t stride);
Task deconv_task(std::int64_t size, std::int64_t in, std::int64_t out, std::int64_t groups = 1);
Task dense_task(std::int64_t m, std::int64_t k, std::int64_t n);
Task matmul_task(std::int64_t batch, std::int64_t m, std::int64_t k, std::int64_t n, bool transpose_b);
// A product as attention has it: operands [rows, heads, size] read through transpositions, the result written through
// one. With `scores`, the right operand is transposed wholly.
Task attention_task(std::int64_t heads, std::int64_t m, std::int64_t k, std::int64_t n, bool scores);
// Attention whole: scores of all pairs of rows plus a mask, their softmax, the product with the values.
Task fused_attention_task(std::int64_t heads, std::int64_t rows, std::int64_t size);
// A depthwise convolution with relu, then one of one tap with bias and relu.
Task separable_task(std::int64_t size, std::int64_t in, std::int64_t out, std::int64_t stride);
// A padded convolution that reads an image with channels first.
Task channels_first_task(std::int64_t size, std::int64_t in, std::int64_t out);
Task softmax_task(std::int64_t rows, std::int64_t columns);
// Three dimensions: the rows are in two.
Task batch_softmax_task(std::int64_t batch, std::int64_t rows, std::int64_t columns);
Task layer_norm_task(std::int64_t rows, std::int64_t columns);
// One dimension: an element-wise operator, a softmax; and a normalisation over two axes.
Task vector_task(std::int64_t extent);
Task vector_softmax_task(std::int64_t extent);
Task plane_norm_task(std::int64_t rows, std::int64_t height, std::int64_t width);
// Along the rows: running sums; the largest elements in order.
Task cum_sum_task(std::int64_t rows, std::int64_t columns);
Task top_values_task(std::int64_t rows, std::int64_t columns, std::int64_t count);
// 8 rows of data, of which updates go to rows that an input names, each element to its own.
Task scatter_task(std::int64_t columns, std::int64_t updates, const std::string& reduction);
Task pool_task(std::int64_t size, std::int64_t channels, bool average);
// To another size; linear or to the nearest element.
Task resize_task(std::int64_t from, std::int64_t to, std::int64_t channels, bool linear);

// Runs the task by the schedule of `state` on seeded random inputs. With a gap, rows of the output and of inputs that
// are no constants lie so many elements apart, at addresses with no more than an element's alignment; fails when the
// kernel writes there.
struct KernelRun {
  std::vector<std::vector<double>> inputs;  // dense, innermost dimension contiguous
  std::vector<double> output;
};
Result<KernelRun> compile_and_run(const TaskContext& context, const State& state, std::uint64_t seed, int threads = 2,
                                  std::int64_t gap = 0);

// The largest |got - want| / (largest |want|) at up to `points` elements, `want` from the interpreter of the state's
// algorithm.
double interpreter_difference(const TaskContext& context, const State& state, const KernelRun& run, int points);

}  // namespace tilecast::testing
