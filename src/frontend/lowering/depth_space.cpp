// Blocks of pixels as channels and back: DepthToSpace, SpaceToDepth.
#include <fmt/format.h>

#include "frontend/lowering/composition.h"

namespace tilecast {
namespace {

Result<std::int64_t> block_size(const NodeLowering& node) {
  if (node.rank(0) != 4) return node.error(fmt::format("its input has {} dimensions, not 4", node.rank(0)));
  const std::int64_t size = node.attributes().get_int("blocksize", 0);
  if (size < 1 || size > (1 << 15)) return node.error(fmt::format("its attribute 'blocksize' is {}", size));
  return size;
}

// The channels of a pixel are a block's rows, columns and channels (DCR) or its channels, rows and columns (CRD).
Status lower_depth_to_space(NodeLowering& node) {
  TILECAST_TRY(const std::int64_t block, block_size(node));
  const std::string mode = node.attributes().get_string("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") return node.error(fmt::format("its mode '{}' is not supported", mode));
  const Shape shape = node.shape(0);
  if (shape[1] % (block * block) != 0) {
    return node.error(fmt::format("{} channels are no blocks of {}x{}", shape[1], block, block));
  }
  const std::int64_t channels = shape[1] / (block * block);
  Composition c(node);
  const NetworkId x = c.take(node.stored(0, channels_last_order(4)));
  const bool depth_first = mode == "DCR";
  const Shape apart = depth_first ? Shape{shape[0], shape[2], shape[3], block, block, channels}
                                  : Shape{shape[0], shape[2], shape[3], channels, block, block};
  const DimOrder perm = depth_first ? DimOrder{0, 1, 3, 2, 4, 5} : DimOrder{0, 1, 4, 2, 5, 3};
  const NetworkId moved = c.transpose(c.reshape(x, apart), perm);
  return c.finish(c.reshape(moved, {shape[0], shape[2] * block, shape[3] * block, channels}), channels_last_order(4));
}

Status lower_space_to_depth(NodeLowering& node) {
  TILECAST_TRY(const std::int64_t block, block_size(node));
  const Shape shape = node.shape(0);
  if (shape[2] % block != 0 || shape[3] % block != 0) {
    return node.error(fmt::format("{}x{} pixels are no blocks of {}x{}", shape[2], shape[3], block, block));
  }
  const std::int64_t height = shape[2] / block;
  const std::int64_t width = shape[3] / block;
  Composition c(node);
  const NetworkId x = c.take(node.stored(0, channels_last_order(4)));
  const NetworkId apart = c.reshape(x, {shape[0], height, block, width, block, shape[1]});
  const NetworkId moved = c.transpose(apart, {0, 1, 3, 2, 4, 5});
  return c.finish(c.reshape(moved, {shape[0], height, width, shape[1] * block * block}), channels_last_order(4));
}

}  // namespace

void add_depth_space(LoweringTable& table) {
  table["DepthToSpace"] = {
      lower_depth_to_space, 1, 1, {{"blocksize", AttributeKind::kInt}, {"mode", AttributeKind::kString}}};
  table["SpaceToDepth"] = {lower_space_to_depth, 1, 1, {{"blocksize", AttributeKind::kInt}}};
}

}  // namespace tilecast
