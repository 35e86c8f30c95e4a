#include "base/hardware.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tilecast {
namespace {

TEST(Hardware, ProbeIsSaneAndRepeatable) {
  const Hardware hardware = probe_hardware();
  EXPECT_FALSE(hardware.cpu.empty());
  EXPECT_GE(hardware.cores, 1);
  EXPECT_THAT(hardware.vector_bytes, testing::AnyOf(16, 32, 64));
  EXPECT_THAT(hardware.vector_registers, testing::AnyOf(16, 32));
  EXPECT_GE(hardware.cache_line_bytes, 16);
  EXPECT_GE(hardware.l1_bytes, 4 << 10);
  EXPECT_GE(hardware.l2_bytes, hardware.l1_bytes);
  EXPECT_EQ(hardware.fingerprint.size(), 16U);
  EXPECT_EQ(hardware, probe_hardware());
}

TEST(Hardware, SurvivesJson) {
  const Hardware hardware = probe_hardware();
  const auto copy = hardware_from_json(nlohmann::json::parse(to_json(hardware).dump()));
  ASSERT_TRUE(copy.ok()) << copy.error().message;
  EXPECT_EQ(*copy, hardware);
}

TEST(Hardware, RefusesOtherJson) {
  const auto missing = hardware_from_json(nlohmann::json{{"cpu", "x"}});
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, testing::HasSubstr("key 'cores' not found"));
  nlohmann::json negative = to_json(probe_hardware());
  negative["cores"] = -1;
  const auto refused = hardware_from_json(negative);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, testing::HasSubstr("not positive"));
  EXPECT_FALSE(hardware_from_json(nlohmann::json(7)).ok());
}

TEST(Hardware, PeakIsPlausible) {
  const double one = measure_peak_gflops(1);
  // A core does between a scalar multiply-add a nanosecond and two 512-bit ones each at 8 GHz.
  EXPECT_GT(one, 2.0);
  EXPECT_LT(one, 512.0);
}

TEST(Hardware, BandwidthIsPlausible) {
  const double bandwidth = measure_bandwidth_gbs(1);
  EXPECT_GT(bandwidth, 0.5);
  EXPECT_LT(bandwidth, 500.0);
}

TEST(Hardware, ThisMachineIsMeasuredWithTheThreadsAskedFor) {
  const Machine machine = measure_this_machine(1);
  EXPECT_EQ(machine.hardware, probe_hardware());
  EXPECT_EQ(machine.threads, 1);
  EXPECT_GT(machine.peaks.gflops, 2.0);
  EXPECT_GT(machine.peaks.bandwidth_gbs, 0.5);
}

}  // namespace
}  // namespace tilecast
