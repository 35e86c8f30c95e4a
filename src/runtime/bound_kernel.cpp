#include <HalideRuntime.h>

#include <cassert>

#include "runtime/kernel_runtime.h"

namespace tilecast::runtime {
namespace {

halide_type_t type_of(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
      return {halide_type_float, 32};
    case ElementType::kFloat64:
      return {halide_type_float, 64};
    case ElementType::kInt64:
      return {halide_type_int, 64};
    case ElementType::kInt32:
      return {halide_type_int, 32};
    case ElementType::kInt8:
      return {halide_type_int, 8};
    case ElementType::kUInt8:
      return {halide_type_uint, 8};
    case ElementType::kBool:
      return {halide_type_uint, 1};
  }
  return {halide_type_float, 32};
}

}  // namespace

struct BoundKernel::Impl {
  KernelFunction function = nullptr;
  std::vector<std::vector<halide_dimension_t>> dimensions;
  std::vector<halide_buffer_t> buffers;
  void* user_context = nullptr;
  std::vector<void*> arguments;  // the address of the context pointer, then the buffers
};

BoundKernel::BoundKernel(KernelFunction function, const std::vector<TensorView>& arguments)
    : impl_(std::make_unique<Impl>()) {
  impl_->function = function;
  impl_->dimensions.resize(arguments.size());
  impl_->buffers.resize(arguments.size());
  impl_->arguments.push_back(&impl_->user_context);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const TensorView& view = arguments[i];
    std::int64_t dense = 1;
    for (std::size_t d = 0; d < view.extents.size(); ++d) {
      const std::int64_t stride = view.strides.empty() ? dense : view.strides[d];
      impl_->dimensions[i].emplace_back(0, static_cast<std::int32_t>(view.extents[d]),
                                        static_cast<std::int32_t>(stride));
      dense *= view.extents[d];
    }
    halide_buffer_t& buffer = impl_->buffers[i];
    buffer = {};
    buffer.host = static_cast<std::uint8_t*>(view.data);
    buffer.type = type_of(view.type);
    buffer.dimensions = static_cast<std::int32_t>(view.extents.size());
    buffer.dim = impl_->dimensions[i].data();
    impl_->arguments.push_back(&buffer);
  }
}

BoundKernel::~BoundKernel() = default;
BoundKernel::BoundKernel(BoundKernel&&) noexcept = default;
BoundKernel& BoundKernel::operator=(BoundKernel&&) noexcept = default;

int BoundKernel::run(KernelContext& context) {
  impl_->user_context = &context;
  return impl_->function(impl_->arguments.data());
}

void BoundKernel::set_data(std::size_t argument, void* data) {
  assert(argument < impl_->buffers.size());
  impl_->buffers[argument].host = static_cast<std::uint8_t*>(data);
}

}  // namespace tilecast::runtime
