// Reads the text of a picture with three networks that Tilecast compiled: one finds lines of text, one tells which of
// them are upside down, one reads them. `examples/read_text/run` prepares, builds and starts it:
//
//   read_text PICTURE.ppm NETWORKS CHARACTERS [THREADS]
//
// NETWORKS holds the compiled directories detection, direction and recognition; CHARACTERS has a line for each class.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "boxes.h"
#include "decode.h"
#include "fail.h"
#include "network.h"
#include "picture.h"

namespace {

// A line is turned where the network is as sure as this that it is upside down.
constexpr float kUpsideDown = 0.9f;

std::vector<std::string> read_lines(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) fail(file + ": cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The box in the picture, where `box` was found in the picture resized by `scale`.
Box in_picture(const Box& box, double scale, const Picture& picture) {
  const auto edge = [&](int at, int most) { return std::min(static_cast<int>(std::lround(at / scale)), most); };
  return {edge(box.top, picture.height), edge(box.left, picture.width), edge(box.bottom, picture.height),
          edge(box.right, picture.width)};
}

std::vector<Box> find_lines(Network& detection, const Picture& picture) {
  const double scale = std::min(static_cast<double>(detection.height()) / picture.height,
                                static_cast<double>(detection.width()) / picture.width);
  const int height = std::max(static_cast<int>(picture.height * scale), 1);
  const int width = std::max(static_cast<int>(picture.width * scale), 1);
  std::vector<Box> boxes = find_boxes(detection.run(resized(picture, height, width)), height, width, detection.width());
  for (Box& box : boxes) box = in_picture(box, scale, picture);
  std::erase_if(boxes, [](const Box& box) { return box.height() < 1 || box.width() < 1; });
  return boxes;
}

void read(const Picture& picture, const std::string& networks, const std::vector<std::string>& characters,
          int threads) {
  Network detection(networks + "/detection", threads);
  Network direction(networks + "/direction", threads);
  Network recognition(networks + "/recognition", threads);
  if (recognition.output_extent(2) != static_cast<int>(characters.size()) + 1) {
    fail("the recognition has " + std::to_string(recognition.output_extent(2)) + " classes, not one more than the " +
         std::to_string(characters.size()) + " characters");
  }
  for (const Box& box : find_lines(detection, picture)) {
    Picture line = cropped(picture, box);
    const bool is_upside_down = direction.run_line(line)[1] > kUpsideDown;
    if (is_upside_down) line = turned_upside_down(line);
    const Reading reading = decode(recognition.run_line(line), characters);
    std::printf("%s    (%.2f; %d x %d at %d, %d%s)\n", reading.text.c_str(), reading.confidence, box.width(),
                box.height(), box.left, box.top, is_upside_down ? ", upside down" : "");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || argc > 5) fail("give a picture, the folder of the networks, the list of characters (and threads)");
  const int threads = argc > 4 ? std::atoi(argv[4]) : 2;
  read(read_ppm(argv[1]), argv[2], read_lines(argv[3]), threads);
}
