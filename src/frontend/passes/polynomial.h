// Expressions as polynomials: factors and terms in any order, products or powers, are one form.
#pragma once

#include <array>
#include <map>
#include <optional>

#include "frontend/network.h"

namespace tilecast::passes {

// Exponents of two values x and t, and the coefficient of that term. Terms that are absent have coefficient 0.
using Polynomial = std::map<std::array<int, 2>, double>;

// The value `id` as a polynomial of the values x and t, or of x alone when t is negative. Nothing when it is computed
// from anything else than these and numbers, when a tensor on the way is not of x's type, or when the expression is
// deep or of a high degree.
std::optional<Polynomial> polynomial_of(const Network& network, NetworkId id, NetworkId x, NetworkId t = -1);

// Whether both have the same terms, and coefficients that differ by no more than float32's rounding.
bool same_polynomial(const Polynomial& a, const Polynomial& b);

}  // namespace tilecast::passes
