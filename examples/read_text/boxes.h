// From the map of how likely each pixel belongs to text to the boxes of lines.
#pragma once

#include <span>
#include <vector>

#include "picture.h"

// Boxes of the lines in a map of `stride` columns, of which the upper left [height, width] belong to the picture; from
// top to bottom.
std::vector<Box> find_boxes(std::span<const float> map, int height, int width, int stride);
