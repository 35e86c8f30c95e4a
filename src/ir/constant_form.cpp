#include "ir/constant_form.h"

#include <cstring>

#include "ir/winograd.h"

namespace tilecast {
namespace {

constexpr std::size_t kTaps = 3;

const Winograd& matrices(ConstantForm form) {
  return winograd(form == ConstantForm::kWinograd2 ? 2 : 4);
}

float element(std::span<const std::byte> data, std::size_t i) {
  float value = 0;
  std::memcpy(&value, data.data() + i * sizeof(float), sizeof(float));
  return value;
}

// One element of G w G^T, in double precision; `first` is the element at tap (0, 0), `plane` the distance of taps.
double transformed(const Winograd& w, std::span<const std::byte> data, std::size_t first, std::size_t plane, int y,
                   int x) {
  double sum = 0;
  for (std::size_t ky = 0; ky < kTaps; ++ky) {
    for (std::size_t kx = 0; kx < kTaps; ++kx) {
      sum += w.weight_at(y, static_cast<int>(ky)) * w.weight_at(x, static_cast<int>(kx)) *
             element(data, first + (ky * kTaps + kx) * plane);
    }
  }
  return sum;
}

}  // namespace

std::string_view constant_form_name(ConstantForm form) {
  switch (form) {
    case ConstantForm::kPlain:
      return "plain";
    case ConstantForm::kWinograd2:
      return "winograd2";
    case ConstantForm::kWinograd4:
      return "winograd4";
  }
  return "";
}

std::vector<std::int64_t> extents_in_form(ConstantForm form, std::span<const std::int64_t> extents) {
  std::vector<std::int64_t> result(extents.begin(), extents.end());
  if (form == ConstantForm::kPlain) return result;
  result[2] = matrices(form).points;
  result[3] = matrices(form).points;
  return result;
}

std::vector<std::byte> data_in_form(ConstantForm form, std::span<const std::byte> data,
                                    std::span<const std::int64_t> extents) {
  if (form == ConstantForm::kPlain) return {data.begin(), data.end()};
  const Winograd& w = matrices(form);
  const auto plane = static_cast<std::size_t>(extents[0] * extents[1]);
  std::size_t outer = 1;  // dimensions beyond the two inner spatial ones
  for (std::size_t d = 4; d < extents.size(); ++d) outer *= static_cast<std::size_t>(extents[d]);
  const auto points = static_cast<std::size_t>(w.points);
  std::vector<std::byte> result(outer * points * points * plane * sizeof(float));
  std::byte* to = result.data();
  for (std::size_t o = 0; o < outer; ++o) {
    for (int y = 0; y < w.points; ++y) {
      for (int x = 0; x < w.points; ++x) {
        for (std::size_t i = 0; i < plane; ++i, to += sizeof(float)) {
          const auto value = static_cast<float>(transformed(w, data, o * kTaps * kTaps * plane + i, plane, y, x));
          std::memcpy(to, &value, sizeof(float));
        }
      }
    }
  }
  return result;
}

}  // namespace tilecast
