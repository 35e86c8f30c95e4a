// Which worker of a pool the calling thread is, and whether it is inside a parallel loop. Internal to runtime/.
#pragma once

namespace tilecast::runtime {

struct ThreadSlot {
  int index = 0;         // 0: a thread that belongs to no pool, or the one that called parallel_for
  int loop_threads = 0;  // threads of the pool whose loop body this thread runs; 0 outside of a loop
};

// The calling thread's own.
ThreadSlot& this_thread_slot();

}  // namespace tilecast::runtime
