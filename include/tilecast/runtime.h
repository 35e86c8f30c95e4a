/* The C interface of a model that `tilecast compile` wrote. Such a directory holds this header, one shared object
 * (libtilecast_model.so, with these functions and all kernels), its weights and a manifest. C99; nothing here throws,
 * aborts or prints.
 *
 *   tilecast_error error;
 *   tilecast_model* model;
 *   tilecast_instance* instance;
 *   if (tilecast_model_load("resnet50", &model, &error) != TILECAST_OK) { puts(error.message); … }
 *   if (tilecast_instance_create(model, 2, &instance, &error) != TILECAST_OK) …
 *   memcpy(tilecast_input_data(instance, 0), image, tilecast_input(model, 0)->bytes);
 *   if (tilecast_run(instance, &error) != TILECAST_OK) …
 *   const float* scores = tilecast_output_data(instance, 0);
 *
 * To use two models in one process, load their shared objects with dlopen(…, RTLD_NOW | RTLD_LOCAL): each has its own
 * functions of these names. */
#ifndef TILECAST_RUNTIME_H
#define TILECAST_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tilecast_status {
  TILECAST_OK = 0,
  TILECAST_BAD_ARGUMENT = 1,  /* the caller's mistake: a number out of range, a size that does not fit */
  TILECAST_BAD_FILE = 2,      /* the weights are missing, cut off, or not those that belong to the kernels */
  TILECAST_OUT_OF_MEMORY = 3, /* of memory or of threads: the system refuses more */
  TILECAST_KERNEL_FAILED = 4  /* a kernel could not finish; the outputs hold nothing useful */
} tilecast_status;

/* Why a call failed: one line, always ended by a zero. Functions that take a tilecast_error also take NULL. */
typedef struct tilecast_error {
  char message[512];
} tilecast_error;

/* Element types. A bool is one byte, 0 or 1. */
typedef enum tilecast_type {
  TILECAST_FLOAT32 = 0,
  TILECAST_INT64 = 1,
  TILECAST_INT32 = 2,
  TILECAST_UINT8 = 3,
  TILECAST_INT8 = 4,
  TILECAST_BOOL = 5,
  TILECAST_FLOAT64 = 6
} tilecast_type;

/* An input or output. Elements are dense, the last dimension contiguous. */
typedef struct tilecast_tensor_info {
  const char* name;
  tilecast_type type;
  int32_t rank;
  const int64_t* shape; /* `rank` extents, outermost first; NULL for a scalar */
  size_t bytes;
} tilecast_tensor_info;

/* One step of a run: the operator whose result it computes, and the kernel that does (kernels are shared by steps). */
typedef struct tilecast_call_info {
  const char* name;
  const char* kernel;
} tilecast_call_info;

/* A model: its weights, read-only and shared by all of its instances. Thread-safe. */
typedef struct tilecast_model tilecast_model;
/* Memory and threads to run a model with. One thread at a time may use an instance; different instances may be used at
 * the same time. */
typedef struct tilecast_instance tilecast_instance;

/* Maps and checks the weights in `directory`, or with NULL in the directory of the shared object. */
tilecast_status tilecast_model_load(const char* directory, tilecast_model** model, tilecast_error* error);
/* Instances may outlive their model. NULL does nothing. */
void tilecast_model_free(tilecast_model* model);

/* What `tilecast compile` called the model. This pointer and all below live as long as the shared object is loaded. */
const char* tilecast_model_name(const tilecast_model* model);
size_t tilecast_input_count(const tilecast_model* model);
size_t tilecast_output_count(const tilecast_model* model);
size_t tilecast_call_count(const tilecast_model* model);
/* NULL when there are not so many. Numbers start at 0; inputs and outputs are in the order of the model. */
const tilecast_tensor_info* tilecast_input(const tilecast_model* model, size_t index);
const tilecast_tensor_info* tilecast_output(const tilecast_model* model, size_t index);
const tilecast_call_info* tilecast_call(const tilecast_model* model, size_t index);

/* Takes all memory, starts threads - 1 workers (the thread that calls tilecast_run works too; 1 to 1024) and runs the
 * model once on zeros, so that later runs allocate nothing. */
tilecast_status tilecast_instance_create(const tilecast_model* model, int threads, tilecast_instance** instance,
                                         tilecast_error* error);
void tilecast_instance_free(tilecast_instance* instance);

/* Where the elements of an input are: to be written between runs. They stay as they are until they are written again.
 * NULL when there are not so many inputs. 128-byte aligned, as are outputs. */
void* tilecast_input_data(tilecast_instance* instance, size_t index);
/* Copies them from `data`; `bytes` must be the input's size. */
tilecast_status tilecast_set_input(tilecast_instance* instance, size_t index, const void* data, size_t bytes,
                                   tilecast_error* error);

tilecast_status tilecast_run(tilecast_instance* instance, tilecast_error* error);

/* Where the elements of an output are, until the next run. NULL when there are not so many outputs. */
const void* tilecast_output_data(const tilecast_instance* instance, size_t index);
/* Copies them to `data`; `bytes` must be the output's size. */
tilecast_status tilecast_get_output(const tilecast_instance* instance, size_t index, void* data, size_t bytes,
                                    tilecast_error* error);

/* With `on` not 0, the following runs take the time of each call. */
void tilecast_set_timing(tilecast_instance* instance, int on);
/* Seconds of a call in the last run that was timed; 0 when none was, or when there are not so many calls. */
double tilecast_call_seconds(const tilecast_instance* instance, size_t index);

#ifdef __cplusplus
}
#endif

#endif
