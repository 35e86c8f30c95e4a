// What a process uses of the machine.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace tilecast {

// Of this process, as the system counts pages: now (VmRSS), and the most so far (VmHWM). Pages of files that are mapped
// count as well. 0 where the system does not say.
struct ProcessMemory {
  std::int64_t resident_bytes = 0;
  std::int64_t peak_bytes = 0;
};
ProcessMemory process_memory();

// Seconds that all threads of a process have computed so far; 0 when there is no such process.
double process_cpu_seconds(pid_t process);

}  // namespace tilecast
