# The short commands of the README; each can be run on a fresh Debian 12 machine.
.PHONY: build test asan deps

deps:
	scripts/install-deps

build: deps
	cmake --preset release >/dev/null
	cmake --build --preset release

test: build
	ctest --preset release --parallel 2

# The unit tests under AddressSanitizer and UndefinedBehaviorSanitizer.
asan: deps
	cmake --preset asan >/dev/null
	cmake --build --preset asan
	ctest --preset asan --parallel 2
