#include "record/measure_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tilecast {
namespace {

using ::testing::HasSubstr;

MeasureRecord measured() {
  MeasureRecord record;
  record.task_key = "0123456789abcdef";
  record.trajectory = {Inline{"s"}};
  record.latencies = {3, 1, 2};
  return record;
}

std::string error(const nlohmann::json& json) {
  const auto record = measure_record_from_json(json);
  return record.ok() ? "" : record.error().message;
}

// Logs of every version hold these names.
TEST(MeasureErrors, NamesAreAppendedOnly) {
  const std::vector<std::string_view> names = {"none",          "illegal",     "compile_error", "compile_timeout",
                                               "compile_crash", "run_crash",   "run_timeout",   "out_of_memory",
                                               "run_error",     "wrong_result"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto kind = static_cast<MeasureErrorKind>(i);
    EXPECT_EQ(measure_error_name(kind), names[i]);
    MeasureRecord record = measured();
    record.error = kind;
    const auto read = measure_record_from_json(to_json(record));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, record);
  }
}

TEST(MeasureRecord, SecondsAreTheMedian) {
  EXPECT_EQ(measured().seconds(), 2);
}

TEST(MeasureRecord, EarlierFieldsMayBeAbsent) {
  nlohmann::json json = to_json(measured());
  for (const char* field : {"origin", "sketch", "decisions"}) json.erase(field);
  const auto read = measure_record_from_json(json);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, measured());
}

TEST(MeasureRecord, Refusals) {
  const nlohmann::json good = to_json(measured());
  const auto with = [&](const char* field, const nlohmann::json& value) {
    nlohmann::json json = good;
    json[field] = value;
    return error(json);
  };
  EXPECT_EQ(error(good), "");
  EXPECT_EQ(with("version", 7), "record format 7, this program reads 1");
  EXPECT_EQ(with("actions", 9), "actions of version 9, this program knows 1");
  EXPECT_EQ(with("latencies", {1, -1}), "a latency that is not a positive number");
  EXPECT_EQ(with("latencies", {0}), "a latency that is not a positive number");
  EXPECT_EQ(with("latencies", nlohmann::json::array()), "a record without error and without latencies");
  EXPECT_EQ(with("error", {{"kind", "bored"}, {"message", ""}}), "unknown error kind 'bored'");
  EXPECT_EQ(with("error", {{"kind", "none"}, {"message", ""}}), "unknown error kind 'none'");
  EXPECT_THAT(with("trajectory", 7), HasSubstr("a trajectory is an array of actions"));
  EXPECT_THAT(with("threads", "two"), HasSubstr("not a record: "));
  EXPECT_THAT(error(7), HasSubstr("not a record: "));
}

}  // namespace
}  // namespace tilecast
