#include "stop_flag.h"

#include <csignal>

namespace tilecast::tools {
namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t requested = 0;

void request_stop(int signal) {
  if (requested != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  requested = 1;
}

}  // namespace

void watch_for_stop() {
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
}

bool stop_requested() {
  return requested != 0;
}

}  // namespace tilecast::tools
