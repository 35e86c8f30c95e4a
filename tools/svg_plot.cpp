#include "svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "profile/profile_html.h"

namespace tilecast::tools {
namespace {

constexpr double kLeft = 68;
constexpr double kRight = 24;
constexpr double kTitleHeight = 40;
constexpr double kLegendRow = 20;
constexpr double kPlotHeight = 320;
constexpr double kLineWidth = 760;  // of a whole picture of lines
constexpr double kNarrowestBar = 10;
constexpr double kWidestBar = 32;
constexpr double kGroupGap = 14;
constexpr int kNameDegrees = 40;
constexpr double kCharacter = 6.6;  // mean width of a character of 12 pixels
constexpr int kTicks = 6;

// Okabe and Ito's colours, without yellow, which is faint on white.
constexpr std::array kColours{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222"};
// Told apart without colours as well.
constexpr std::array kDashes{"", "7 3", "2 3", "9 3 2 3"};

const char* colour_of(std::size_t series) {
  return kColours[series % kColours.size()];
}

// Where values are in the picture.
struct Axis {
  double low = 0;
  double high = 1;
  double first_pixel = 0;
  double last_pixel = 1;
  double pixel(double value) const { return first_pixel + (value - low) / (high - low) * (last_pixel - first_pixel); }
};

struct Frame {
  double width = 0;
  double top = 0;  // of the plotted area
  double bottom = 0;
  double height = 0;
  double right() const { return width - kRight; }
};

std::string text_at(double x, double y, const std::string& attributes, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes, html_escaped(text));
}

std::string line_between(double x1, double y1, double x2, double y2, const std::string& attributes) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2,
                     attributes);
}

// Names from left to right, in as many rows as they need. `key` draws what stands before the name of a series at x, y.
template <class Key>
std::string legend(const std::vector<std::string>& names, double right, double& bottom, const Key& key) {
  constexpr double kKeyWidth = 30;
  constexpr double kGap = 20;
  std::string text;
  double x = kLeft;
  for (std::size_t s = 0; s < names.size(); ++s) {
    const double width = kKeyWidth + kCharacter * static_cast<double>(names[s].size());
    if (s > 0 && x + width > right) {
      x = kLeft;
      bottom += kLegendRow;
    }
    text += key(s, x, bottom) + text_at(x + kKeyWidth, bottom + 4, "class=\"label\"", names[s]);
    x += width + kGap;
  }
  bottom += kLegendRow;
  return text;
}

std::string opening(const Frame& frame, const std::string& title) {
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
             "{1:.0f}\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\">\n<title>{2}</title>\n"
             "<style>.title {{ font-size: 15px; font-weight: bold; fill: #222; }} .label {{ font-size: 12px; fill: "
             "#333; }} .grid {{ stroke: #e2e2e2; }} .axis {{ stroke: #555; }}</style>\n"
             "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
             frame.width, frame.height, html_escaped(title)) +
         text_at(kLeft, 24, "class=\"title\"", title);
}

std::string y_axis(const Frame& frame, const Axis& axis, const std::vector<double>& ticks, const std::string& label) {
  std::string text;
  for (const double tick : ticks) {
    const double y = axis.pixel(tick);
    text += line_between(kLeft, y, frame.right(), y, "class=\"grid\"");
    text += text_at(kLeft - 8, y + 4, "class=\"label\" text-anchor=\"end\"", fmt::format("{:.6g}", tick));
  }
  const double middle = (frame.top + frame.bottom) / 2;
  const std::string turn =
      fmt::format("class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 18 {:.1f})\"", middle);
  return text + text_at(18, middle, turn, label);
}

std::string frame_lines(const Frame& frame) {
  return line_between(kLeft, frame.top, kLeft, frame.bottom, "class=\"axis\"") +
         line_between(kLeft, frame.bottom, frame.right(), frame.bottom, "class=\"axis\"");
}

Axis y_axis_of(const Frame& frame, const std::vector<double>& ticks) {
  return {ticks.front(), ticks.back(), frame.bottom, frame.top};
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // `fallback` when nothing was added.
  Range or_else(Range fallback) const { return low <= high ? *this : fallback; }
};

std::string stroke_of(std::size_t series) {
  return fmt::format("stroke=\"{}\" stroke-width=\"2.2\" stroke-dasharray=\"{}\"", colour_of(series),
                     kDashes[series % kDashes.size()]);
}

std::string line_of(const LineSeries& series, std::size_t number, const Axis& x, const Axis& y) {
  std::string line;
  std::string upper;
  std::string lower;
  for (const LineSeries::Point& point : series.points) {
    const double pixel = x.pixel(std::log2(point.x));
    line += fmt::format("{:.1f},{:.1f} ", pixel, y.pixel(point.y));
    upper += fmt::format("{:.1f},{:.1f} ", pixel, y.pixel(point.high));
    lower = fmt::format("{:.1f},{:.1f} ", pixel, y.pixel(point.low)) + lower;
  }
  return fmt::format("<polygon points=\"{}{}\" fill=\"{}\" fill-opacity=\"0.13\"/>\n", upper, lower,
                     colour_of(number)) +
         fmt::format(
             "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" {}><title>{}</title></polyline>\n", line,
             stroke_of(number), html_escaped(series.name));
}

std::string bar_of(const BarSeries& series, std::size_t number, const std::string& group, const BarSeries::Bar& bar,
                   double x, double width, const Axis& y) {
  const double top = y.pixel(std::max(bar.value, 0.0));
  const double bottom = y.pixel(std::min(bar.value, 0.0));
  const double middle = x + (width - 1) / 2;
  const bool whisker = bar.low < bar.high;
  const std::string range = whisker ? fmt::format(" ({:.3f} to {:.3f})", bar.low, bar.high) : "";
  const std::string rectangle = fmt::format(
      "<rect class=\"bar\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"><title>{}, "
      "{}: {:.3f}{}</title></rect>\n",
      x, top, width - 1, bottom - top, colour_of(number), html_escaped(group), html_escaped(series.name), bar.value,
      range);
  if (!whisker) return rectangle;
  return rectangle +
         line_between(middle, y.pixel(bar.low), middle, y.pixel(bar.high), "stroke=\"#222\" stroke-width=\"1\"");
}

template <class Series>
std::vector<std::string> names_of(const std::vector<Series>& series) {
  std::vector<std::string> names;
  for (const Series& s : series) names.push_back(s.name);
  return names;
}

struct PlotRanges {
  Range x;
  Range y;
};

PlotRanges ranges_of(const LinePlot& plot) {
  PlotRanges ranges;
  for (const LineSeries& series : plot.series) {
    for (const LineSeries::Point& point : series.points) {
      ranges.x.add(point.x);
      for (const double y : {point.y, point.low, point.high}) ranges.y.add(y);
    }
  }
  ranges.x = ranges.x.or_else({1, 2});
  ranges.y = ranges.y.or_else({0, 1});
  // One value alone has no length on the axis.
  if (ranges.x.low == ranges.x.high) ranges.x.high *= 2;
  return ranges;
}

std::string power_of_two_axis(const Frame& frame, const Axis& axis, const Range& range, const std::string& label) {
  std::string text;
  for (const double tick : power_of_two_ticks(range.low, range.high)) {
    const double x = axis.pixel(std::log2(tick));
    text += line_between(x, frame.top, x, frame.bottom, "class=\"grid\"");
    text += line_between(x, frame.bottom, x, frame.bottom + 5, "class=\"axis\"");
    text += text_at(x, frame.bottom + 19, "class=\"label\" text-anchor=\"middle\"", fmt::format("{:.6g}", tick));
  }
  const double middle = (kLeft + frame.right()) / 2;
  return text + text_at(middle, frame.bottom + 41, "class=\"label\" text-anchor=\"middle\"", label);
}

// Where bars are: groups side by side, each with a bar a series.
struct BarLayout {
  double group_width = 0;
  double bar_width = 0;
  double series = 0;
  double middle(std::size_t group) const { return kLeft + group_width * (static_cast<double>(group) + 0.5); }
  double left(std::size_t group, std::size_t s) const {
    return middle(group) + bar_width * (static_cast<double>(s) - series / 2);
  }
};

double at_least_one(std::size_t count) {
  return static_cast<double>(std::max<std::size_t>(count, 1));
}

double width_of(const BarPlot& plot) {
  constexpr double kSmallestWidth = 560;
  const double group_width = kNarrowestBar * at_least_one(plot.series.size()) + kGroupGap;
  return std::max(kSmallestWidth, kLeft + kRight + group_width * at_least_one(plot.groups.size()));
}

BarLayout layout_of(const BarPlot& plot, const Frame& frame) {
  BarLayout layout{.series = at_least_one(plot.series.size())};
  layout.group_width = (frame.right() - kLeft) / at_least_one(plot.groups.size());
  layout.bar_width = std::min((layout.group_width - kGroupGap) / layout.series, kWidestBar);
  return layout;
}

Range range_of(const BarPlot& plot) {
  Range range;
  for (const double value : {0.0, plot.reference}) range.add(value);
  for (const BarSeries& series : plot.series) {
    for (const auto& bar : series.bars) {
      if (!bar) continue;
      for (const double value : {bar->value, bar->low, bar->high}) range.add(value);
    }
  }
  return range;
}

// Of the names below the bars, which stand aslant.
double names_height(const BarPlot& plot) {
  constexpr double kLeast = 84;
  constexpr double kAround = 22;
  const double sine = std::sin(kNameDegrees * std::numbers::pi / 180);
  std::size_t longest = 0;
  for (const std::string& name : plot.groups) longest = std::max(longest, name.size());
  return std::max(kLeast, kAround + sine * kCharacter * static_cast<double>(longest));
}

// The bars of one group and its name, aslant below them.
std::string group_of(const BarPlot& plot, std::size_t group, const BarLayout& layout, const Frame& frame,
                     const Axis& y) {
  std::string text;
  for (std::size_t s = 0; s < plot.series.size(); ++s) {
    const auto& bar = plot.series[s].bars[group];
    if (!bar) continue;
    text += bar_of(plot.series[s], s, plot.groups[group], *bar, layout.left(group, s), layout.bar_width, y);
  }
  const double name_x = layout.middle(group) + 4;
  const double name_y = frame.bottom + 16;
  const std::string attributes = fmt::format(
      "class=\"label\" text-anchor=\"end\" transform=\"rotate(-{} {:.1f} {:.1f})\"", kNameDegrees, name_x, name_y);
  return text + text_at(name_x, name_y, attributes, plot.groups[group]);
}

}  // namespace

std::vector<double> linear_ticks(double low, double high, int count) {
  const double span = high > low ? high - low : std::max(std::abs(high), 1.0);
  const double rough = span / count;
  const double magnitude = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * magnitude;
  for (const double multiple : {1.0, 2.0, 5.0}) {
    // Rounding must not turn an exact fit into the next step.
    if (multiple * magnitude >= rough * (1 - 1e-9)) {
      step = multiple * magnitude;
      break;
    }
  }
  const double first = std::floor(low / step + 1e-9);
  const double last = std::max(std::ceil(high / step - 1e-9), first + 1);
  std::vector<double> ticks;
  for (double n = first; n <= last; ++n) ticks.push_back(n * step);
  return ticks;
}

std::vector<double> power_of_two_ticks(double low, double high) {
  std::vector<double> ticks;
  for (double n = std::ceil(std::log2(low)); n <= std::floor(std::log2(high)); ++n) ticks.push_back(std::exp2(n));
  return ticks;
}

std::string to_svg(const LinePlot& plot) {
  Frame frame{.width = kLineWidth, .top = kTitleHeight};
  const std::string keys =
      legend(names_of(plot.series), frame.right(), frame.top,
             [](std::size_t s, double x, double y) { return line_between(x, y, x + 24, y, stroke_of(s)); });
  frame.bottom = frame.top + kPlotHeight;
  frame.height = frame.bottom + 52;
  const PlotRanges ranges = ranges_of(plot);
  const std::vector<double> ticks = linear_ticks(ranges.y.low, ranges.y.high, kTicks);
  const Axis x{std::log2(ranges.x.low), std::log2(ranges.x.high), kLeft, frame.right()};
  const Axis y = y_axis_of(frame, ticks);
  std::string svg = opening(frame, plot.title) + keys + y_axis(frame, y, ticks, plot.y_label) +
                    power_of_two_axis(frame, x, ranges.x, plot.x_label) + frame_lines(frame);
  for (std::size_t s = 0; s < plot.series.size(); ++s) {
    if (!plot.series[s].points.empty()) svg += line_of(plot.series[s], s, x, y);
  }
  return svg + "</svg>\n";
}

std::string to_svg(const BarPlot& plot) {
  Frame frame{.width = width_of(plot), .top = kTitleHeight};
  const std::string keys =
      legend(names_of(plot.series), frame.right(), frame.top, [](std::size_t s, double x, double y) {
        return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"22\" height=\"10\" fill=\"{}\"/>\n", x, y - 5,
                           colour_of(s));
      });
  frame.bottom = frame.top + kPlotHeight;
  frame.height = frame.bottom + names_height(plot);
  const Range range = range_of(plot);
  const std::vector<double> ticks = linear_ticks(range.low, range.high, kTicks);
  const Axis y = y_axis_of(frame, ticks);
  const BarLayout layout = layout_of(plot, frame);
  std::string svg = opening(frame, plot.title) + keys + y_axis(frame, y, ticks, plot.y_label);
  for (std::size_t g = 0; g < plot.groups.size(); ++g) svg += group_of(plot, g, layout, frame, y);
  const double reference = y.pixel(plot.reference);
  return svg + frame_lines(frame) +
         line_between(kLeft, reference, frame.right(), reference, "stroke=\"#222\" stroke-dasharray=\"4 3\"") +
         "</svg>\n";
}

}  // namespace tilecast::tools
