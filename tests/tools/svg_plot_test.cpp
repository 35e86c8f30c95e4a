#include "tools/svg_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilecast::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(SvgPlot, TicksAreRoundAndEncloseTheRange) {
  EXPECT_THAT(linear_ticks(0, 10, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(linear_ticks(42, 98, 6), ElementsAre(40, 50, 60, 70, 80, 90, 100));
  EXPECT_THAT(linear_ticks(0, 1.2, 6), ElementsAre(0, 0.2, 0.4, 0.6000000000000001, 0.8, 1, 1.2000000000000002));
  EXPECT_THAT(linear_ticks(3, 3, 2), ElementsAre(2, 4)) << "one value";
  EXPECT_THAT(power_of_two_ticks(4, 100), ElementsAre(4, 8, 16, 32, 64));
  EXPECT_THAT(power_of_two_ticks(5, 7), ElementsAre());
}

TEST(SvgPlot, LinesAreWhereTheirPointsAre) {
  const LinePlot plot{
      "a title", "trials", "percent", {{"one", {{4, 40, 40, 60}, {8, 80, 80, 80}, {16, 100, 90, 100}}}}};
  const std::string svg = to_svg(plot);
  EXPECT_THAT(svg, ::testing::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
  EXPECT_THAT(svg, HasSubstr("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"));
  for (const char* text : {">a title</text>", ">trials</text>", ">percent</text>", ">one</text>", ">4</text>",
                           ">16</text>", ">40</text>", ">100</text>"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  // From 68 to 736 across and, 40 to 100, from 380 to 60 upwards: 8 is in the middle, 80 at two thirds.
  EXPECT_THAT(svg, HasSubstr("<polyline points=\"68.0,380.0 402.0,166.7 736.0,60.0 \""));
  EXPECT_THAT(svg,
              HasSubstr("<polygon points=\"68.0,273.3 402.0,166.7 736.0,60.0 736.0,113.3 402.0,166.7 68.0,380.0 "));
}

TEST(SvgPlot, BarsAreAsHighAsTheirValues) {
  const BarPlot plot{"bars",
                     "speed",
                     {"a", "b"},
                     {{"one", {BarSeries::Bar{1, 1, 1}, BarSeries::Bar{1, 1, 1}}},
                      {"two", {BarSeries::Bar{2, 1.5, 2}, std::nullopt}}}};
  const std::string svg = to_svg(plot);
  EXPECT_EQ(count(svg, "class=\"bar\""), 3U) << "one is missing";
  EXPECT_EQ(count(svg, "height=\"160.0\""), 2U) << "half of 320";
  EXPECT_EQ(count(svg, "height=\"320.0\""), 1U);
  EXPECT_THAT(svg, HasSubstr("<title>a, two: 2.000 (1.500 to 2.000)</title>"));
  EXPECT_THAT(svg, HasSubstr("y1=\"220.0\" x2=\"536.0\" y2=\"220.0\" stroke=\"#222\" stroke-dasharray")) << "at 1";
}

TEST(SvgPlot, NegativeBarsHangFromZero) {
  const std::string svg =
      to_svg(BarPlot{"", "", {"a", "b"}, {{"one", {BarSeries::Bar{-1, -1, -1}, BarSeries::Bar{1, 1, 1}}}}, 0});
  // From -1 to 1 in steps of 0.5, 380 to 60 upwards: 0 is in the middle.
  EXPECT_EQ(count(svg, "height=\"160.0\""), 2U);
  EXPECT_THAT(svg, HasSubstr("y=\"220.0\" width=\"31.0\" height=\"160.0\""));
  EXPECT_THAT(svg, HasSubstr("y=\"60.0\" width=\"31.0\" height=\"160.0\""));
  EXPECT_THAT(svg, HasSubstr("<title>a, one: -1.000</title>")) << "without a range where there is none";
  EXPECT_EQ(count(svg, "stroke-width=\"1\""), 0U) << "and without a whisker";
}

TEST(SvgPlot, LongNamesOfGroupsHaveRoom) {
  const std::string svg = to_svg(BarPlot{"", "", {"a", "a name of thirty characters .."}, {}, 1});
  EXPECT_THAT(svg, HasSubstr("height=\"529\"")) << "380 and 22, and 6.6 for each of 30 characters at 40 degrees";
}

TEST(SvgPlot, SeriesDifferInColourAndDashes) {
  LinePlot plot{"", "", "", {}};
  for (const char* name : {"a", "b", "c"}) plot.series.push_back({name, {{1, 1, 1, 1}, {2, 2, 2, 2}}});
  const std::string svg = to_svg(plot);
  for (const char* stroke : {"stroke=\"#0072b2\" stroke-width=\"2.2\" stroke-dasharray=\"\"",
                             "stroke=\"#d55e00\" stroke-width=\"2.2\" stroke-dasharray=\"7 3\"",
                             "stroke=\"#009e73\" stroke-width=\"2.2\" stroke-dasharray=\"2 3\""}) {
    EXPECT_EQ(count(svg, stroke), 2U) << stroke << ": a key and a line";
  }
}

TEST(SvgPlot, LegendsBreakIntoRows) {
  LinePlot plot{"", "", "", {}};
  for (int s = 0; s < 12; ++s) plot.series.push_back({"a rather long name", {}});
  const std::string svg = to_svg(plot);
  EXPECT_EQ(count(svg, ">a rather long name</text>"), 12U);
  EXPECT_THAT(svg, HasSubstr("height=\"472\"")) << "12 names in four to a row: two rows more than the 432 of one row";
}

TEST(SvgPlot, EmptyPlotsAndNamesWithMarkupAreWellFormed) {
  EXPECT_THAT(to_svg(LinePlot{}), ::testing::EndsWith("</svg>\n"));
  EXPECT_THAT(to_svg(BarPlot{}), ::testing::EndsWith("</svg>\n"));
  EXPECT_THAT(to_svg(LinePlot{}), Not(HasSubstr("nan")));
  EXPECT_THAT(to_svg(BarPlot{}), Not(HasSubstr("nan")));
  const std::string svg = to_svg(LinePlot{"<a & b>", "", "", {}});
  EXPECT_THAT(svg, HasSubstr("&lt;a &amp; b&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("<a &")));
}

}  // namespace
}  // namespace tilecast::tools
