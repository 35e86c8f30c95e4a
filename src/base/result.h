// Result<T, E>: a value or the reason why there is none. Failure that a user can cause is returned, never thrown.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tilecast {

// Why something failed, for a person: `message` is one line that says what, where, and what to do about it.
struct Error {
  std::string message;
  bool operator==(const Error&) const = default;
};

// The value of a Result that has nothing to say beyond success.
struct Unit {
  bool operator==(const Unit&) const = default;
};

// Holds a T or an E. Reading the side that is absent is a bug and aborts.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& { return *check(std::get_if<0>(&state_)); }
  T& value() & { return *check(std::get_if<0>(&state_)); }
  T&& value() && { return std::move(*check(std::get_if<0>(&state_))); }
  const E& error() const& { return *check(std::get_if<1>(&state_)); }
  E&& error() && { return std::move(*check(std::get_if<1>(&state_))); }

  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

 private:
  template <class P>
  static P* check(P* p) {
    if (p == nullptr) std::abort();
    return p;
  }
  std::variant<T, E> state_;
};

using Status = Result<Unit>;

}  // namespace tilecast

// Evaluates `expr` (a Result); returns its error from the enclosing function, or binds its value to `decl`.
#define TILECAST_CONCAT_INNER(a, b) a##b
#define TILECAST_CONCAT(a, b) TILECAST_CONCAT_INNER(a, b)
#define TILECAST_TRY_IMPL(tmp, decl, expr)      \
  auto tmp = (expr);                            \
  if (!tmp.ok()) return std::move(tmp).error(); \
  decl = std::move(tmp).value()
#define TILECAST_TRY(decl, expr) TILECAST_TRY_IMPL(TILECAST_CONCAT(tilecast_try_, __LINE__), decl, expr)
// The same for a Result whose value is of no interest (Status).
#define TILECAST_CHECK(expr)                                                                             \
  do {                                                                                                   \
    if (auto tilecast_status = (expr); !tilecast_status.ok()) return std::move(tilecast_status).error(); \
  } while (false)
