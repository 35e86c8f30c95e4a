#include <fmt/format.h>

#include "commands.h"

namespace tilecast::tools {

int report_error(const std::string& message) {
  fmt::print(stderr, "tilecast: {}\n", message);
  return 1;
}

}  // namespace tilecast::tools
