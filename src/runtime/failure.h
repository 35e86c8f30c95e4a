// How the functions of tilecast/runtime.h report a failure.
#pragma once

#include "tilecast/runtime.h"

namespace tilecast::runtime {

// Writes the message (as printf does; cut off where the buffer ends) unless `error` is null; returns `status`.
[[gnu::format(printf, 3, 4)]] tilecast_status fail(tilecast_error* error, tilecast_status status, const char* format,
                                                   ...);

}  // namespace tilecast::runtime
