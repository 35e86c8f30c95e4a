// Plots as SVG pictures that need nothing else: lines with bands, and grouped bars. White background, colours that
// colour-blind people can tell apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tilecast::tools {

struct LineSeries {
  struct Point {
    double x = 0;
    double y = 0;
    double low = 0;  // of the band around the line
    double high = 0;
  };
  std::string name;
  std::vector<Point> points;  // by x
};

// The axis of x is logarithmic with a tick at each power of two: x must be positive.
struct LinePlot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<LineSeries> series;
};

struct BarSeries {
  struct Bar {
    double value = 0;  // the bar's height
    double low = 0;    // of the whisker; no whisker where both are the same
    double high = 0;
  };
  std::string name;
  std::vector<std::optional<Bar>> bars;  // one a group; none: a gap
};

struct BarPlot {
  std::string title;
  std::string y_label;
  std::vector<std::string> groups;
  std::vector<BarSeries> series;
  double reference = 1;  // a line across all bars at this height
};

// Series without points are in the legend only; a plot without any is empty axes. Values must be finite; bars of
// negative ones hang down from 0.
std::string to_svg(const LinePlot& plot);
std::string to_svg(const BarPlot& plot);

// About `count` round numbers (1, 2 or 5 times a power of ten apart) that enclose [low, high]; at least two.
std::vector<double> linear_ticks(double low, double high, int count);
// The powers of two in [low, high], which must be positive.
std::vector<double> power_of_two_ticks(double low, double high);

}  // namespace tilecast::tools
