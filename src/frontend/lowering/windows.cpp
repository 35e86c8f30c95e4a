#include "frontend/lowering/windows.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilecast {
namespace {

// Beyond any window of a real model; keeps products of extents in 64 bits.
constexpr std::int64_t kMostEntry = 1 << 20;

Status check_entries(const NodeLowering& node, const char* name, const Ints& values, std::size_t count,
                     std::int64_t least) {
  if (values.size() != count) {
    return node.error(fmt::format("its attribute '{}' has {} entries, not {}", name, values.size(), count));
  }
  for (const std::int64_t value : values) {
    if (value < least || value > kMostEntry) {
      return node.error(fmt::format("its attribute '{}' holds {}, which is not supported", name, value));
    }
  }
  return Unit{};
}

}  // namespace

void split_padding(std::int64_t total, bool odd_at_end, std::int64_t& begin, std::int64_t& end) {
  begin = odd_at_end ? total / 2 : total - total / 2;
  end = total - begin;
}

Result<OnnxWindow> read_window(const NodeLowering& node, Ints kernel, const Shape& input, bool allows_negative) {
  const std::size_t count = input.size();
  const Attributes& attributes = node.attributes();
  const Ints ones(count, 1);
  OnnxWindow window{std::move(kernel), attributes.get_ints("strides", ones), attributes.get_ints("dilations", ones),
                    Ints(count, 0), Ints(count, 0)};
  TILECAST_CHECK(check_entries(node, "kernel_shape", window.kernel, count, 1));
  TILECAST_CHECK(check_entries(node, "strides", window.strides, count, 1));
  TILECAST_CHECK(check_entries(node, "dilations", window.dilations, count, 1));
  const std::string automatic = attributes.get_string("auto_pad", "NOTSET");
  if (automatic == "NOTSET") {
    const Ints pads = attributes.get_ints("pads", Ints(2 * count, 0));
    TILECAST_CHECK(check_entries(node, "pads", pads, 2 * count, allows_negative ? -kMostEntry : 0));
    std::copy_n(pads.begin(), count, window.pads_begin.begin());
    std::copy_n(pads.begin() + static_cast<std::ptrdiff_t>(count), count, window.pads_end.begin());
  } else if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    for (std::size_t d = 0; d < count; ++d) {
      const std::int64_t output = (input[d] + window.strides[d] - 1) / window.strides[d];
      const std::int64_t total = (output - 1) * window.strides[d] + window.reach(d) - input[d];
      split_padding(std::max<std::int64_t>(total, 0), automatic == "SAME_UPPER", window.pads_begin[d],
                    window.pads_end[d]);
    }
  } else if (automatic != "VALID") {
    return node.error(fmt::format("its attribute 'auto_pad' is '{}', which is not supported", automatic));
  }
  return window;
}

Status require_image(const NodeLowering& node, std::size_t input) {
  const std::size_t rank = node.rank(input);
  if (rank >= 3 && rank <= 5) return Unit{};
  return node.error(
      fmt::format("its input has {} dimensions; batch, channels and 1 to 3 spatial ones are supported", rank));
}

Attributes window_attributes(const OnnxWindow& window) {
  return {{"strides", window.strides},
          {"dilations", window.dilations},
          {"pads_begin", window.pads_begin},
          {"pads_end", window.pads_end}};
}

}  // namespace tilecast
