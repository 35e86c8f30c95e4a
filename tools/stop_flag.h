// Ctrl-C: the first one asks the running command to stop in order, the second one ends the program at once.
#pragma once

namespace tilecast::tools {

// Takes over SIGINT and SIGTERM for the rest of the program.
void watch_for_stop();
bool stop_requested();

}  // namespace tilecast::tools
