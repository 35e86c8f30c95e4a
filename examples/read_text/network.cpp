#include "network.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>

#include "fail.h"

template <class Function>
Function* Network::symbol(const char* name) const {
  void* address = dlsym(library_, name);
  if (address == nullptr) fail(directory_ + ": its shared object has no function " + name);
  return reinterpret_cast<Function*>(address);
}

void Network::check(tilecast_status status, const tilecast_error& error) const {
  if (status != TILECAST_OK) fail(directory_ + ": " + error.message);
}

Network::Network(const std::string& directory, int threads) : directory_(directory) {
  library_ = dlopen((directory + "/libtilecast_model.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr) fail(dlerror());
  tilecast_error error;
  check(symbol<decltype(tilecast_model_load)>("tilecast_model_load")(nullptr, &model_, &error), error);
  check(symbol<decltype(tilecast_instance_create)>("tilecast_instance_create")(model_, threads, &instance_, &error),
        error);
  const tilecast_tensor_info* input = symbol<decltype(tilecast_input)>("tilecast_input")(model_, 0);
  output_ = symbol<decltype(tilecast_output)>("tilecast_output")(model_, 0);
  if (input == nullptr || output_ == nullptr || input->rank != 4 || input->shape[1] != 3) {
    fail(directory + ": is no network of a picture [1, 3, height, width]");
  }
  height_ = static_cast<int>(input->shape[2]);
  width_ = static_cast<int>(input->shape[3]);
}

Network::~Network() {
  symbol<decltype(tilecast_instance_free)>("tilecast_instance_free")(instance_);
  symbol<decltype(tilecast_model_free)>("tilecast_model_free")(model_);
  dlclose(library_);
}

int Network::output_extent(int dimension) const {
  return dimension < output_->rank ? static_cast<int>(output_->shape[dimension]) : 0;
}

std::span<const float> Network::run(const Picture& picture) {
  auto* values = static_cast<float*>(symbol<decltype(tilecast_input_data)>("tilecast_input_data")(instance_, 0));
  // The networks learned from pictures whose channels are blue, green, red, in -1 to 1.
  for (int c = 2; c >= 0; --c) {
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        const bool inside = y < picture.height && x < picture.width;
        *values++ = inside ? picture.at(y, x, c) / 127.5f - 1 : 0.0f;
      }
    }
  }
  tilecast_error error;
  check(symbol<decltype(tilecast_run)>("tilecast_run")(instance_, &error), error);
  const void* data = symbol<decltype(tilecast_output_data)>("tilecast_output_data")(instance_, 0);
  return {static_cast<const float*>(data), output_->bytes / sizeof(float)};
}

std::span<const float> Network::run_line(const Picture& line) {
  const float scale = static_cast<float>(height_) / static_cast<float>(line.height);
  const int width = static_cast<int>(std::ceil(static_cast<float>(line.width) * scale));
  return run(resized(line, height_, std::min(width, width_)));
}
