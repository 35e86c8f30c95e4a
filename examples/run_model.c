/* Runs a model that `tilecast compile` wrote, with nothing but what is in its directory:
 *
 *   tilecast compile data/subgraphs.json --only r50_c3_56 -o model
 *   cc examples/run_model.c -Imodel -Lmodel -ltilecast_model -Wl,-rpath,"$PWD/model" -o run_model
 *   ./run_model 2 image.bin > output.bin
 *
 * Arguments: the number of threads, then a file of raw elements for each input, in the model's order. The elements of
 * all outputs go to standard output, one output after another; what they are goes to standard error. */
#include <stdio.h>
#include <stdlib.h>
#include <tilecast/runtime.h>

static int fail(const char* message) {
  fprintf(stderr, "run_model: %s\n", message);
  return 1;
}

static void describe(const char* what, const tilecast_tensor_info* info) {
  int32_t d;
  fprintf(stderr, "%s %s: %zu bytes,", what, info->name, info->bytes);
  for (d = 0; d < info->rank; ++d) fprintf(stderr, " %lld", (long long)info->shape[d]);
  fprintf(stderr, "\n");
}

static int read_elements(const char* name, void* data, size_t bytes) {
  FILE* file = fopen(name, "rb");
  size_t count;
  if (file == NULL) return 0;
  count = fread(data, 1, bytes, file);
  fclose(file);
  return count == bytes;
}

int main(int argc, char** argv) {
  tilecast_error error;
  tilecast_model* model;
  tilecast_instance* instance;
  size_t i;

  /* NULL: the weights are beside the shared object. */
  if (tilecast_model_load(NULL, &model, &error) != TILECAST_OK) return fail(error.message);
  if (argc < 2 || (size_t)argc - 2 != tilecast_input_count(model)) {
    for (i = 0; i < tilecast_input_count(model); ++i) describe("input", tilecast_input(model, i));
    return fail("give the number of threads, then a file for each input");
  }
  if (tilecast_instance_create(model, atoi(argv[1]), &instance, &error) != TILECAST_OK) return fail(error.message);

  for (i = 0; i < tilecast_input_count(model); ++i) {
    if (!read_elements(argv[2 + i], tilecast_input_data(instance, i), tilecast_input(model, i)->bytes)) {
      return fail("an input's file cannot be read, or is too short");
    }
  }
  if (tilecast_run(instance, &error) != TILECAST_OK) return fail(error.message);
  for (i = 0; i < tilecast_output_count(model); ++i) {
    const tilecast_tensor_info* info = tilecast_output(model, i);
    describe("output", info);
    if (fwrite(tilecast_output_data(instance, i), 1, info->bytes, stdout) != info->bytes) {
      return fail("cannot write an output");
    }
  }

  tilecast_instance_free(instance);
  tilecast_model_free(model);
  return 0;
}
