// BitShift: products with and quotients by powers of two.
#include <fmt/format.h>

#include "frontend/lowering/composition.h"

namespace tilecast {
namespace {

// In 32 bits, where nothing overflows. Gather takes the last of the powers for larger shifts: it leaves no bit.
Status lower_bit_shift(NodeLowering& node) {
  constexpr double kValues = 256;
  for (std::size_t i = 0; i < 2; ++i) {
    if (node.dtype(i) != DataType::kUInt8) {
      return node.error(
          fmt::format("elements of type {} are not supported here, only uint8", data_type_name(node.dtype(i))));
    }
  }
  const std::string direction = node.attributes().get_string("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return node.error(fmt::format("its direction '{}' is not LEFT or RIGHT", direction));
  }
  Composition c(node);
  const NetworkId powers = c.constant(DataType::kInt32, {9}, {1, 2, 4, 8, 16, 32, 64, 128, kValues});
  const NetworkId shift = c.cast(c.plain(1), DataType::kInt32);
  const NetworkId factor = c.apply("gather", {powers, shift}, {{"axis", std::int64_t{0}}}, node.shape(1));
  const NetworkId x = c.cast(c.plain(0), DataType::kInt32);
  const NetworkId value =
      direction == "RIGHT" ? c.binary("div", x, factor) : c.scalar("mod", c.binary("mul", x, factor), kValues);
  return c.finish(c.cast(value, DataType::kUInt8));
}

}  // namespace

void add_bit_shift(LoweringTable& table) {
  table["BitShift"] = {lower_bit_shift, 2, 2, {{"direction", AttributeKind::kString}}};
}

}  // namespace tilecast
