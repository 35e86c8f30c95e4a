#include "base/hardware.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/hash.h"

namespace tilecast {
namespace {

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

struct CpuInfo {
  std::string model;
  std::set<std::string> flags;
};

CpuInfo read_cpu_info() {
  CpuInfo info;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = trimmed(line.substr(0, colon));
    const std::string value = trimmed(line.substr(colon + 1));
    if (key == "model name" && info.model.empty()) info.model = value;
    if ((key == "flags" || key == "Features") && info.flags.empty()) {
      std::istringstream words(value);
      for (std::string word; words >> word;) info.flags.insert(word);
    }
  }
  return info;
}

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

std::string first_word(const std::string& file) {
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  return word;
}

// "48K", "2048K", "32M".
std::int64_t parse_size(const std::string& text) {
  std::size_t used = 0;
  std::int64_t value = 0;
  try {
    value = std::stoll(text, &used);
  } catch (const std::exception&) {
    return 0;
  }
  const char unit = used < text.size() ? text[used] : 'B';
  if (unit == 'K') return value << 10;
  if (unit == 'M') return value << 20;
  return value;
}

void read_caches(Hardware& hardware) {
  for (int index = 0; index < 8; ++index) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", index);
    const std::string type = first_word(folder + "type");
    if (type != "Data" && type != "Unified") continue;
    const std::int64_t bytes = parse_size(first_word(folder + "size"));
    if (bytes <= 0) continue;
    const std::string level = first_word(folder + "level");
    if (level == "1") hardware.l1_bytes = bytes;
    if (level == "2") hardware.l2_bytes = bytes;
    if (level == "3") hardware.l3_bytes = bytes;
    const std::int64_t line = parse_size(first_word(folder + "coherency_line_size"));
    if (line > 0) hardware.cache_line_bytes = line;
  }
}

nlohmann::json facts(const Hardware& hardware) {
  return {{"cpu", hardware.cpu},
          {"cores", hardware.cores},
          {"vector_bytes", hardware.vector_bytes},
          {"vector_registers", hardware.vector_registers},
          {"cache_line_bytes", hardware.cache_line_bytes},
          {"l1_bytes", hardware.l1_bytes},
          {"l2_bytes", hardware.l2_bytes},
          {"l3_bytes", hardware.l3_bytes}};
}

}  // namespace

Hardware probe_hardware() {
  Hardware hardware;
  const CpuInfo info = read_cpu_info();
  hardware.cpu = info.model.empty() ? "unknown" : info.model;
  hardware.cores = available_cores();
  if (info.flags.contains("avx512f")) {
    hardware.vector_bytes = 64;
    hardware.vector_registers = 32;
  } else if (info.flags.contains("avx")) {
    hardware.vector_bytes = 32;
  } else if (info.flags.contains("asimd")) {
    hardware.vector_registers = 32;
  }
  read_caches(hardware);
  hardware.fingerprint = hash_to_hex(stable_hash(facts(hardware).dump(-1, ' ', true)));
  return hardware;
}

nlohmann::json to_json(const Hardware& hardware) {
  nlohmann::json json = facts(hardware);
  json["fingerprint"] = hardware.fingerprint;
  return json;
}

Result<Hardware> hardware_from_json(const nlohmann::json& json) {
  Hardware hardware;
  try {
    json.at("cpu").get_to(hardware.cpu);
    json.at("cores").get_to(hardware.cores);
    json.at("vector_bytes").get_to(hardware.vector_bytes);
    json.at("vector_registers").get_to(hardware.vector_registers);
    json.at("cache_line_bytes").get_to(hardware.cache_line_bytes);
    json.at("l1_bytes").get_to(hardware.l1_bytes);
    json.at("l2_bytes").get_to(hardware.l2_bytes);
    json.at("l3_bytes").get_to(hardware.l3_bytes);
    json.at("fingerprint").get_to(hardware.fingerprint);
  } catch (const nlohmann::json::exception& e) {
    return Error{fmt::format("not a description of hardware: {}", e.what())};
  }
  if (hardware.cores < 1 || hardware.vector_bytes < 1 || hardware.vector_registers < 1 ||
      hardware.cache_line_bytes < 1) {
    return Error{"not a description of hardware: a count is not positive"};
  }
  return hardware;
}

}  // namespace tilecast
