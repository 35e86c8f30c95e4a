# The short commands of the README; each can be run on a fresh Debian 12 machine.
.PHONY: demo build test asan deps

deps:
	scripts/install-deps

# ResNet-50: tunes it for a few minutes, compiles it, runs it on a picture, and compares with onnxruntime.
demo: build
	scripts/demo

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
