#include "ops/unary_functions.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;

float number(const Attributes& attributes, const char* name, double fallback) {
  return static_cast<float>(attributes.get_float(name, fallback));
}

Expr sigmoid(const Expr& x) {
  return 1.0f / (1.0f + Halide::exp(-x));
}

// The C library's tanh is not vectorized. Near zero the quotient loses digits; three terms of the series do not.
Expr fast_tanh(const Expr& x) {
  const Expr t = Halide::exp(-2.0f * Halide::abs(x));
  const Expr far = (1.0f - t) / (1.0f + t);
  const Expr x2 = x * x;
  const Expr near = x * (1.0f + x2 * (-1.0f / 3 + x2 * (2.0f / 15 - x2 * (17.0f / 315))));
  return Halide::select(Halide::abs(x) < 0.1f, near, Halide::select(x < 0.0f, -far, far));
}

Expr gelu_erf(const Expr& x) {
  return 0.5f * x * (1.0f + Halide::erf(x * 0.70710678118654752f));
}

// -1, 0 or 1; NaN stays NaN.
Expr sign(const Expr& x) {
  const Expr positive = Halide::select(x > literal(x, 0), literal(x, 1), x);
  return x.type().is_uint() ? positive : Halide::select(x < literal(x, 0), literal(x, -1), positive);
}

Expr clip(const Expr& x, const Attributes& attributes) {
  Expr value = x;
  if (attributes.has("min")) value = Halide::max(value, literal(x, attributes.get_float("min", 0)));
  if (attributes.has("max")) value = Halide::min(value, literal(x, attributes.get_float("max", 0)));
  return value;
}

// gamma * x above zero, gamma * alpha * (exp(x / width) - 1) below.
Expr exponential_unit(const Expr& x, float alpha, float gamma, float width) {
  const Expr power = Halide::exp(width == 1 ? x : x / width);
  return Halide::select(x < 0.0f, gamma * alpha * (power - 1.0f), gamma == 1 ? x : gamma * x);
}

Expr shrink(const Expr& x, float limit, float bias) {
  return Halide::select(x<-limit, x + bias, x> limit, x - bias, 0.0f);
}

// Infinity of the signs that the attributes name.
Expr is_infinite(const Expr& x, const Attributes& attributes) {
  const Expr infinite = Halide::is_inf(x);
  const bool positive = attributes.get_int("positive", 1) != 0;
  const bool negative = attributes.get_int("negative", 1) != 0;
  if (positive && negative) return infinite;
  if (positive) return infinite && x > 0.0f;
  if (negative) return infinite && x < 0.0f;
  return infinite && false;
}

using Table = std::map<std::string, Unary>;

void add_functions(Table& table) {
  const Table functions = {
      {"exp", [](const Expr& x, const Attributes&) { return Halide::exp(x); }},
      {"log", [](const Expr& x, const Attributes&) { return Halide::log(x); }},
      {"sqrt", [](const Expr& x, const Attributes&) { return Halide::sqrt(x); }},
      {"rsqrt", [](const Expr& x, const Attributes&) { return 1.0f / Halide::sqrt(x); }},
      {"erf", [](const Expr& x, const Attributes&) { return Halide::erf(x); }},
      {"neg", [](const Expr& x, const Attributes&) { return -x; }},
      {"abs", [](const Expr& x, const Attributes&) { return magnitude(x); }},
      {"sign", [](const Expr& x, const Attributes&) { return sign(x); }},
      {"reciprocal", [](const Expr& x, const Attributes&) { return 1.0f / x; }},
      {"floor", [](const Expr& x, const Attributes&) { return Halide::floor(x); }},
      {"ceil", [](const Expr& x, const Attributes&) { return Halide::ceil(x); }},
      {"round", [](const Expr& x, const Attributes&) { return Halide::round(x); }},
      {"sin", [](const Expr& x, const Attributes&) { return Halide::sin(x); }},
      {"cos", [](const Expr& x, const Attributes&) { return Halide::cos(x); }},
      {"tan", [](const Expr& x, const Attributes&) { return Halide::tan(x); }},
      {"asin", [](const Expr& x, const Attributes&) { return Halide::asin(x); }},
      {"acos", [](const Expr& x, const Attributes&) { return Halide::acos(x); }},
      {"atan", [](const Expr& x, const Attributes&) { return Halide::atan(x); }},
      {"sinh", [](const Expr& x, const Attributes&) { return Halide::sinh(x); }},
      {"cosh", [](const Expr& x, const Attributes&) { return Halide::cosh(x); }},
      {"asinh", [](const Expr& x, const Attributes&) { return Halide::asinh(x); }},
      {"acosh", [](const Expr& x, const Attributes&) { return Halide::acosh(x); }},
      {"atanh", [](const Expr& x, const Attributes&) { return Halide::atanh(x); }},
      {"is_nan", [](const Expr& x, const Attributes&) { return Halide::is_nan(x); }},
      {"is_inf", [](const Expr& x, const Attributes& a) { return is_infinite(x, a); }},
      {"not", [](const Expr& x, const Attributes&) { return !x; }},
      {"clip", [](const Expr& x, const Attributes& a) { return clip(x, a); }},
  };
  table.insert(functions.begin(), functions.end());
}

void add_activations(Table& table) {
  const Table activations = {
      {"relu", [](const Expr& x, const Attributes&) { return Halide::max(x, literal(x, 0)); }},
      {"sigmoid", [](const Expr& x, const Attributes&) { return sigmoid(x); }},
      {"tanh", [](const Expr& x, const Attributes&) { return fast_tanh(x); }},
      {"gelu_erf", [](const Expr& x, const Attributes&) { return gelu_erf(x); }},
      {"gelu_tanh",
       [](const Expr& x, const Attributes&) {
         return 0.5f * x * (1.0f + fast_tanh(0.79788456080286536f * (x + 0.044715f * x * x * x)));
       }},
      {"hard_swish", [](const Expr& x, const Attributes&) { return x * Halide::clamp(x / 6.0f + 0.5f, 0.0f, 1.0f); }},
      {"silu", [](const Expr& x, const Attributes&) { return x * sigmoid(x); }},
      {"softplus",
       [](const Expr& x, const Attributes&) {
         return Halide::max(x, 0.0f) + Halide::log(1.0f + Halide::exp(-Halide::abs(x)));
       }},
      {"softsign", [](const Expr& x, const Attributes&) { return x / (1.0f + Halide::abs(x)); }},
      {"leaky_relu",
       [](const Expr& x, const Attributes& a) { return Halide::select(x < 0.0f, x * number(a, "alpha", 0.01), x); }},
      {"thresholded_relu",
       [](const Expr& x, const Attributes& a) { return Halide::select(x > number(a, "alpha", 1), x, 0.0f); }},
      {"elu", [](const Expr& x, const Attributes& a) { return exponential_unit(x, number(a, "alpha", 1), 1, 1); }},
      {"selu",
       [](const Expr& x, const Attributes& a) {
         return exponential_unit(x, number(a, "alpha", 1.6732632), number(a, "gamma", 1.050701), 1);
       }},
      {"celu",
       [](const Expr& x, const Attributes& a) {
         return exponential_unit(x, number(a, "alpha", 1), 1, number(a, "alpha", 1));
       }},
      {"shrink",
       [](const Expr& x, const Attributes& a) { return shrink(x, number(a, "lambd", 0.5), number(a, "bias", 0)); }},
      {"hard_sigmoid",
       [](const Expr& x, const Attributes& a) {
         return Halide::clamp(x * number(a, "alpha", 0.2) + number(a, "beta", 0.5), 0.0f, 1.0f);
       }},
  };
  table.insert(activations.begin(), activations.end());
}

}  // namespace

Expr literal(const Expr& like, double value) {
  return like.type() == Halide::Float(32) ? Expr(static_cast<float>(value)) : Halide::cast(like.type(), Expr(value));
}

Expr magnitude(const Expr& x) {
  if (x.type().is_float()) return Halide::abs(x);
  return x.type().is_uint() ? x : Halide::max(x, -x);
}

const std::map<std::string, Unary>& unary_functions() {
  static const Table table = [] {
    Table t;
    add_functions(t);
    add_activations(t);
    return t;
  }();
  return table;
}

}  // namespace tilecast::ops
