#include "test_package.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "../../frontend/network_evaluator.h"
#include "measure/input_data.h"

namespace tilecast::testing {
namespace {

using Ints = std::vector<std::int64_t>;

Attributes window_3x3(std::int64_t stride) {
  return {{"strides", Ints{stride, stride}}, {"pads_begin", Ints{1, 1}}, {"pads_end", Ints{1, 1}}};
}

}  // namespace

ImportedModel small_network() {
  NetworkBuilder b;
  const NetworkId x = b.input("x", {1, 9, 9, 8});
  const NetworkId y = b.input("y", {1, 5, 5, 16});
  const auto conv = [&](NetworkId data, std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t stride) {
    const NetworkId w = b.weight("w", {3, 3, in, out});
    const NetworkId product = b.op("conv", {data, w}, {1, size, size, out}, window_3x3(stride));
    const NetworkId biased = b.op("add", {product, b.weight("bias", {out})}, {1, size, size, out});
    return b.op("relu", {biased}, {1, size, size, out});
  };
  const NetworkId first = conv(x, 8, 16, 5, 2);
  const NetworkId second = conv(first, 16, 16, 5, 1);
  const NetworkId third = conv(second, 16, 16, 5, 1);
  const NetworkId residual = b.op("add", {third, first}, {1, 5, 5, 16});
  const NetworkId sum = b.op("mul", {residual, y}, {1, 5, 5, 16});
  const NetworkId rows = b.op("reshape", {sum}, {25, 16}, {{"shape", Ints{25, 16}}});
  const NetworkId dense = b.op("dense", {rows, b.weight("fc", {16, 20})}, {25, 20});
  b.output(b.op("softmax", {dense}, {25, 20}, {{"axis", std::int64_t{1}}}));
  return imported(std::move(b.network));
}

ImportedModel imported(Network network) {
  auto partition = tilecast::partition(network);
  if (!partition.ok()) throw std::runtime_error(partition.error().message);
  return {std::move(network), *std::move(partition)};
}

Tensors random_inputs(const Network& network, std::uint64_t seed) {
  Tensors tensors;
  for (const NetworkId id : network.inputs) {
    const NetworkNode& node = network.node(id);
    const auto number = static_cast<std::size_t>(id) + 1000 * static_cast<std::size_t>(seed);
    tensors[node.name] = {node.type, random_input_bytes(node.type.dtype, element_count(node.type.shape), number)};
  }
  return tensors;
}

Result<Tensors> expected_outputs(const Network& network, const Tensors& inputs) {
  TILECAST_TRY(const std::vector<NpyArray> outputs, evaluate_network(network, inputs));
  Tensors tensors;
  for (std::size_t i = 0; i < outputs.size(); ++i) tensors[network.outputs[i].name] = outputs[i];
  return tensors;
}

Status compile_package(const ImportedModel& model, const std::filesystem::path& directory) {
  TILECAST_TRY(const auto schedules, choose_schedules(model.partition, {}, probe_hardware(), 2));
  TILECAST_CHECK(write_package(model, schedules, {.name = "test"}, directory));
  return Unit{};
}

Result<Tensors> run_package(const LoadedPackage& package, PackageInstance& instance, const Tensors& inputs) {
  const auto wanted = package.inputs();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    TILECAST_CHECK(instance.set_input(i, inputs.at(wanted[i].name).bytes));
  }
  TILECAST_CHECK(instance.run());
  Tensors outputs;
  const auto given = package.outputs();
  for (std::size_t i = 0; i < given.size(); ++i) {
    TILECAST_TRY(std::vector<std::byte> bytes, instance.output(i));
    outputs[given[i].name] = {given[i].type, std::move(bytes)};
  }
  return outputs;
}

double largest_difference(const Tensors& got, const Tensors& want) {
  double largest = got.size() == want.size() ? 0 : std::numeric_limits<double>::infinity();
  for (const auto& [name, tensor] : want) {
    const auto found = got.find(name);
    if (found == got.end() || found->second.type != tensor.type) return std::numeric_limits<double>::infinity();
    const std::vector<std::byte>& bytes = tensor.bytes;
    largest = std::max(largest,
                       relative_difference(tensor.type.dtype, found->second.bytes.data(), bytes.data(), bytes.size()));
  }
  return largest;
}

}  // namespace tilecast::testing
