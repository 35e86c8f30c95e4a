// A profile as one HTML page that needs nothing else.
#pragma once

#include <string>

#include "profile/profile.h"

namespace tilecast {

// `calls` has one row a call, in the order of execution. The page shows bars and a table of its tasks, the slowest
// first, then a table of the calls; it suits light and dark screens and has no scripts.
std::string profile_html(const Profile& calls);

// Text as the content of an element or of a quoted attribute.
std::string html_escaped(const std::string& text);

}  // namespace tilecast
