#include "frontend/lowering/softmax_axis.h"

namespace tilecast {

Status lower_along_axis(NodeLowering& node, const AlongAxis& emit) {
  TILECAST_CHECK(node.require_float());
  const bool flattens = node.node().opset < 13;
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", flattens ? 1 : -1), node.rank(0)));
  if (!flattens || axis + 1 == node.rank(0)) {
    const View x = node.view(0);
    TILECAST_TRY(const NetworkId value, emit(x.value, x.order[axis]));
    node.set_output(0, {value, x.order});
    return Unit{};
  }
  const Shape shape = node.shape(0);
  const auto from = shape.begin() + static_cast<std::ptrdiff_t>(axis);
  TILECAST_TRY(const NetworkId x, node.plain(0));
  TILECAST_TRY(const NetworkId rows,
               node.reshape(x, {element_count({shape.begin(), from}), element_count({from, shape.end()})}));
  TILECAST_TRY(const NetworkId value, emit(rows, 1));
  TILECAST_TRY(const NetworkId result, node.reshape(value, shape));
  node.set_plain_output(result);
  return Unit{};
}

}  // namespace tilecast
