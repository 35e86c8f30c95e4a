// The functions of tilecast/runtime.h, except tilecast_model_load: that one stands with the plan that it loads.
#include <dlfcn.h>

#include <cstring>
#include <new>
#include <string>

#include "runtime/failure.h"
#include "runtime/instance.h"

using tilecast::runtime::fail;
using tilecast::runtime::Instance;
using tilecast::runtime::Model;

struct tilecast_model {
  std::shared_ptr<const Model> shared;
};

struct tilecast_instance {
  Instance instance;
};

namespace {

constexpr int kMostThreads = 1024;

// Runs `body`; the only exceptions that the code below can throw are those of memory.
template <class Body>
tilecast_status guarded(tilecast_error* error, Body body) {
  try {
    return body();
  } catch (...) {
    return fail(error, TILECAST_OUT_OF_MEMORY, "out of memory");
  }
}

// Of the file that holds the plan.
std::string own_directory(const tilecast_plan* plan) {
  Dl_info info{};
  if (::dladdr(plan, &info) == 0 || info.dli_fname == nullptr) return ".";
  const std::string file = info.dli_fname;
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? "." : file.substr(0, slash);
}

const tilecast_plan& plan_of(const tilecast_model* model) {
  return *model->shared->plan;
}

const tilecast_port* port(const tilecast_port* ports, std::size_t count, std::size_t index) {
  return index < count ? ports + index : nullptr;
}

// Checks what the copying functions are given; null with the reason in `error`.
const tilecast_port* checked_port(const char* what, const tilecast_port* ports, std::size_t count, std::size_t index,
                                  const void* data, std::size_t bytes, tilecast_error* error) {
  const tilecast_port* found = port(ports, count, index);
  if (found == nullptr) {
    fail(error, TILECAST_BAD_ARGUMENT, "there is no %s %zu: the model has %zu", what, index, count);
  } else if (bytes != found->info.bytes || (data == nullptr && bytes > 0)) {
    fail(error, TILECAST_BAD_ARGUMENT, "%s %s has %zu bytes, not %zu", what, found->info.name, found->info.bytes,
         data == nullptr ? std::size_t{0} : bytes);
    return nullptr;
  }
  return found;
}

}  // namespace

extern "C" {

tilecast_status tilecast_load_plan(const tilecast_plan* plan, const char* directory, tilecast_model** model,
                                   tilecast_error* error) {
  if (model == nullptr) return fail(error, TILECAST_BAD_ARGUMENT, "there is no place for the model");
  *model = nullptr;
  return guarded(error, [&] {
    const std::string file = (directory != nullptr ? directory : own_directory(plan)) + "/" TILECAST_WEIGHTS_FILE;
    auto loaded = std::make_shared<Model>();
    loaded->plan = plan;
    const tilecast_status status = loaded->weights.open(file.c_str(), plan->weights_bytes, plan->weights_hash,
                                                        {plan->lookups, plan->lookup_count}, error);
    if (status != TILECAST_OK) return status;
    *model = new tilecast_model{std::move(loaded)};
    return status;
  });
}

void tilecast_model_free(tilecast_model* model) {
  delete model;
}

const char* tilecast_model_name(const tilecast_model* model) {
  return plan_of(model).name;
}

size_t tilecast_input_count(const tilecast_model* model) {
  return plan_of(model).input_count;
}

size_t tilecast_output_count(const tilecast_model* model) {
  return plan_of(model).output_count;
}

size_t tilecast_call_count(const tilecast_model* model) {
  return plan_of(model).step_count;
}

const tilecast_tensor_info* tilecast_input(const tilecast_model* model, size_t index) {
  const tilecast_port* found = port(plan_of(model).inputs, plan_of(model).input_count, index);
  return found != nullptr ? &found->info : nullptr;
}

const tilecast_tensor_info* tilecast_output(const tilecast_model* model, size_t index) {
  const tilecast_port* found = port(plan_of(model).outputs, plan_of(model).output_count, index);
  return found != nullptr ? &found->info : nullptr;
}

const tilecast_call_info* tilecast_call(const tilecast_model* model, size_t index) {
  return index < plan_of(model).step_count ? &plan_of(model).steps[index].info : nullptr;
}

tilecast_status tilecast_instance_create(const tilecast_model* model, int threads, tilecast_instance** instance,
                                         tilecast_error* error) {
  if (model == nullptr || instance == nullptr) {
    return fail(error, TILECAST_BAD_ARGUMENT, "there is no model, or no place for the instance");
  }
  *instance = nullptr;
  if (threads < 1 || threads > kMostThreads) {
    return fail(error, TILECAST_BAD_ARGUMENT, "%d threads were asked for: 1 to %d are possible", threads, kMostThreads);
  }
  return guarded(error, [&] {
    std::unique_ptr<tilecast_instance> created(new tilecast_instance{Instance(model->shared, threads)});
    const tilecast_status status = created->instance.prepare(error);
    if (status == TILECAST_OK) *instance = created.release();
    return status;
  });
}

void tilecast_instance_free(tilecast_instance* instance) {
  delete instance;
}

void* tilecast_input_data(tilecast_instance* instance, size_t index) {
  const tilecast_plan& plan = instance->instance.plan();
  const tilecast_port* found = port(plan.inputs, plan.input_count, index);
  return found != nullptr ? instance->instance.arena() + found->offset : nullptr;
}

const void* tilecast_output_data(const tilecast_instance* instance, size_t index) {
  const tilecast_plan& plan = instance->instance.plan();
  const tilecast_port* found = port(plan.outputs, plan.output_count, index);
  return found != nullptr ? instance->instance.arena() + found->offset : nullptr;
}

tilecast_status tilecast_set_input(tilecast_instance* instance, size_t index, const void* data, size_t bytes,
                                   tilecast_error* error) {
  const tilecast_plan& plan = instance->instance.plan();
  if (checked_port("input", plan.inputs, plan.input_count, index, data, bytes, error) == nullptr) {
    return TILECAST_BAD_ARGUMENT;
  }
  if (bytes > 0) std::memcpy(tilecast_input_data(instance, index), data, bytes);
  return TILECAST_OK;
}

tilecast_status tilecast_get_output(const tilecast_instance* instance, size_t index, void* data, size_t bytes,
                                    tilecast_error* error) {
  const tilecast_plan& plan = instance->instance.plan();
  if (checked_port("output", plan.outputs, plan.output_count, index, data, bytes, error) == nullptr) {
    return TILECAST_BAD_ARGUMENT;
  }
  if (bytes > 0) std::memcpy(data, tilecast_output_data(instance, index), bytes);
  return TILECAST_OK;
}

tilecast_status tilecast_run(tilecast_instance* instance, tilecast_error* error) {
  return guarded(error, [&] { return instance->instance.run(error); });
}

void tilecast_set_timing(tilecast_instance* instance, int on) {
  instance->instance.set_timing(on != 0);
}

double tilecast_call_seconds(const tilecast_instance* instance, size_t index) {
  return index < instance->instance.plan().step_count ? instance->instance.call_seconds(index) : 0;
}

}  // extern "C"
