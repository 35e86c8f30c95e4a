#include <gtest/gtest.h>

#include "runtime/kernel_runtime.h"
#include "test_plan.h"

namespace tilecast::runtime {
namespace {

// Writes the extents, strides, type and address that it sees into its first argument.
int describe_kernel(void** arguments) {
  const auto* buffer = static_cast<const halide_buffer_t*>(arguments[2]);
  auto* out = reinterpret_cast<std::int64_t*>(static_cast<halide_buffer_t*>(arguments[1])->host);
  *out++ = buffer->dimensions;
  for (int d = 0; d < buffer->dimensions; ++d) {
    *out++ = buffer->dim[d].extent;
    *out++ = buffer->dim[d].stride;
  }
  *out++ = buffer->type.code;
  *out++ = buffer->type.bits;
  *out = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(buffer->host));
  return 0;
}

TEST(BoundKernel, PassesDenseBuffers) {
  std::vector<std::int64_t> seen(16);
  char elements[24];
  char others[24];
  BoundKernel kernel(describe_kernel,
                     {{seen.data(), ElementType::kInt64, {16}}, {elements, ElementType::kUInt8, {4, 3, 2}}});
  KernelContext context;
  const auto address = [](const void* p) { return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(p)); };
  ASSERT_EQ(kernel.run(context), 0);
  EXPECT_EQ(std::vector(seen.begin(), seen.begin() + 10),
            (std::vector<std::int64_t>{3, 4, 1, 3, 4, 2, 12, halide_type_uint, 8, address(elements)}));
  kernel.set_data(1, others);
  BoundKernel moved = std::move(kernel);
  ASSERT_EQ(moved.run(context), 0);
  EXPECT_EQ(seen[9], address(others));
}

TEST(BoundKernel, PassesStrides) {
  std::vector<std::int64_t> seen(16);
  char elements[24];
  BoundKernel kernel(describe_kernel,
                     {{seen.data(), ElementType::kInt64, {16}}, {elements, ElementType::kUInt8, {4, 2}, {1, 12}}});
  KernelContext context;
  ASSERT_EQ(kernel.run(context), 0);
  EXPECT_EQ(std::vector(seen.begin(), seen.begin() + 5), (std::vector<std::int64_t>{2, 4, 1, 2, 12}));
}

TEST(BoundKernel, ReportsTheKernelsError) {
  float data[testing::kElements] = {};
  const TensorView view{data, ElementType::kFloat32, {testing::kElements}};
  BoundKernel kernel(testing::add_kernel, {view, view, view});
  KernelContext context;
  testing::kernel_failure() = -3;
  EXPECT_EQ(kernel.run(context), -3);
  EXPECT_EQ(context.error, "it was told to");
  testing::kernel_failure() = 0;
  EXPECT_EQ(kernel.run(context), 0);
}

}  // namespace
}  // namespace tilecast::runtime
