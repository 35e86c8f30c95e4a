// Pictures, and the little that is done to them before a network sees them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

// A box in a picture, in pixels; bottom and right are just outside.
struct Box {
  int top = 0;
  int left = 0;
  int bottom = 0;
  int right = 0;

  int height() const { return bottom - top; }
  int width() const { return right - left; }
};

struct Picture {
  int height = 0;
  int width = 0;
  std::vector<float> pixels;  // [height, width, 3] red, green, blue, 0 to 255

  float at(int y, int x, int channel) const {
    return pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3 +
                  static_cast<std::size_t>(channel)];
  }
};

// Reads a binary PPM (P6) with 8 bits a channel; ends the program where the file is none.
Picture read_ppm(const std::string& file);

// The picture in another size, linearly between the centres of pixels.
Picture resized(const Picture& picture, int height, int width);
// The part in the box, which must lie in the picture.
Picture cropped(const Picture& picture, const Box& box);
Picture turned_upside_down(const Picture& picture);
