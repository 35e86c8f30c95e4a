/* A compiled model as static tables: what to run on what memory. `tilecast compile` writes one as C source. C99. */
#ifndef TILECAST_RUNTIME_PLAN_H
#define TILECAST_RUNTIME_PLAN_H

#include "tilecast/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The file of weights in a model's directory. */
#define TILECAST_WEIGHTS_FILE "weights.bin"

typedef enum tilecast_memory { TILECAST_IN_ARENA = 0, TILECAST_IN_WEIGHTS = 1 } tilecast_memory;

typedef struct tilecast_location {
  tilecast_memory memory;
  uint64_t offset; /* bytes from the start: a multiple of 128, of a part of a tensor a multiple of its elements' size */
} tilecast_location;

typedef struct tilecast_argument {
  tilecast_location location;
  tilecast_type type;
  int32_t rank;
  const int64_t* extents; /* innermost first; NULL for a scalar */
  const int64_t* strides; /* likewise, in elements; NULL when there are no gaps */
} tilecast_argument;

/* `kernel` is `<function>_argv` of a kernel made by codegen/; its inputs in order, then its output. */
typedef struct tilecast_step {
  tilecast_call_info info;
  int (*kernel)(void** arguments);
  uint32_t argument_count;
  const tilecast_argument* arguments;
} tilecast_step;

/* An input or output of the model, in the arena. */
typedef struct tilecast_port {
  tilecast_tensor_info info;
  uint64_t offset;
} tilecast_port;

/* Done after the steps, in order: outputs that no step writes. */
typedef struct tilecast_copy {
  tilecast_location from;
  uint64_t to; /* in the arena */
  uint64_t bytes;
} tilecast_copy;

/* A part of the weights of which a run reads little: a table in which rows are looked up. */
typedef struct tilecast_region {
  uint64_t offset; /* bytes from the start */
  uint64_t bytes;
} tilecast_region;

typedef struct tilecast_plan {
  const char* name;
  uint64_t arena_bytes;
  uint64_t weights_bytes;
  uint64_t weights_hash; /* tilecast::runtime::weights_hash of the file */
  uint32_t step_count, input_count, output_count, copy_count, lookup_count;
  const tilecast_step* steps;
  const tilecast_port* inputs;
  const tilecast_port* outputs;
  const tilecast_copy* copies;
  const tilecast_region* lookups;
} tilecast_plan;

/* tilecast_model_load for this plan, which must outlive the model and its instances. */
tilecast_status tilecast_load_plan(const tilecast_plan* plan, const char* directory, tilecast_model** model,
                                   tilecast_error* error);

#ifdef __cplusplus
}
#endif

#endif
