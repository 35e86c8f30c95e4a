#include "base/process_use.h"

#include <time.h>

#include <fstream>
#include <limits>
#include <string>

namespace tilecast {

ProcessMemory process_memory() {
  constexpr std::int64_t kUnit = 1024;
  ProcessMemory memory;
  std::ifstream status("/proc/self/status");
  for (std::string field; status >> field; status.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    if (field != "VmRSS:" && field != "VmHWM:") continue;
    std::int64_t kibibytes = 0;
    status >> kibibytes;
    (field == "VmRSS:" ? memory.resident_bytes : memory.peak_bytes) = kibibytes * kUnit;
  }
  return memory;
}

double process_cpu_seconds(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace tilecast
