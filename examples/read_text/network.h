// A network that `tilecast compile` wrote, with one picture as its input and one output.
#pragma once

#include <tilecast/runtime.h>

#include <span>
#include <string>

#include "picture.h"

// Loads the shared object of a compiled directory beside those of other networks. Whatever fails ends the program with
// what the runtime says about it.
class Network {
 public:
  Network(const std::string& directory, int threads);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // The size of pictures that it takes.
  int height() const { return height_; }
  int width() const { return width_; }
  // Extent of a dimension of the output.
  int output_extent(int dimension) const;

  // The output for a picture in the upper left corner of an input that is grey elsewhere; larger ones are cut off. It
  // stays until the next run.
  std::span<const float> run(const Picture& picture);
  // The same for a line of text, resized to the input's height; one that is too long is squeezed.
  std::span<const float> run_line(const Picture& line);

 private:
  // A function of this network's shared object.
  template <class Function>
  Function* symbol(const char* name) const;
  void check(tilecast_status status, const tilecast_error& error) const;

  std::string directory_;
  void* library_ = nullptr;
  tilecast_model* model_ = nullptr;
  tilecast_instance* instance_ = nullptr;
  const tilecast_tensor_info* output_ = nullptr;
  int height_ = 0;
  int width_ = 0;
};
