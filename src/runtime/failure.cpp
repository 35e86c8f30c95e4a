#include "runtime/failure.h"

#include <cstdarg>
#include <cstdio>

namespace tilecast::runtime {

tilecast_status fail(tilecast_error* error, tilecast_status status, const char* format, ...) {
  if (error == nullptr) return status;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return status;
}

}  // namespace tilecast::runtime
