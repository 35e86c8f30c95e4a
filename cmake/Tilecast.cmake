# Warnings and sanitizers that every target of Tilecast has; and one line to declare a folder's library or its tests.
add_library(tilecast_options INTERFACE)
target_compile_options(tilecast_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                 -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
# Members that an aggregate leaves out have default initialisers here.
target_compile_options(tilecast_options INTERFACE -Wno-missing-field-initializers)
# GCC 12 reports false positives inside its own headers with these at -O2 and above.
target_compile_options(tilecast_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-uninitialized -Wno-restrict>)
target_include_directories(tilecast_options INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
if(TILECAST_SANITIZE)
  target_compile_options(tilecast_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                   -fno-omit-frame-pointer)
  target_link_options(tilecast_options INTERFACE -fsanitize=address,undefined)
endif()

# tilecast_library(<folder> SOURCES … DEPENDS …): the library of src/<folder>, target tilecast_<folder>.
function(tilecast_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(tilecast_${folder} STATIC ${ARG_SOURCES})
  target_link_libraries(tilecast_${folder} PUBLIC tilecast_options ${ARG_DEPENDS})
endfunction()

# tilecast_test(<folder> [OPENS_MODELS] SOURCES … DEPENDS …): the tests of src/<folder>, one program tests_<folder>, one
# CTest test a case. OPENS_MODELS: it loads compiled models and closes them.
function(tilecast_test folder)
  cmake_parse_arguments(ARG "OPENS_MODELS" "TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(tests_${folder} ${ARG_SOURCES})
  target_link_libraries(tests_${folder} PRIVATE tilecast_options ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(tests_${folder} PRIVATE TILECAST_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                     TILECAST_BINARY_DIR="${PROJECT_BINARY_DIR}")
  set(properties TIMEOUT ${ARG_TIMEOUT})
  if(TILECAST_SANITIZE)
    # Tests crash and exhaust children on purpose; the sanitizer must leave that to the system.
    set(asan_options "handle_segv=0:allocator_may_return_null=1")
    if(ARG_OPENS_MODELS)
      # Each model's library has its own libstdc++, whose 72 KB for exceptions without memory outlive dlclose.
      string(APPEND asan_options ":detect_leaks=0")
    endif()
    list(APPEND properties ENVIRONMENT "ASAN_OPTIONS=${asan_options}")
  endif()
  gtest_discover_tests(tests_${folder} DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
endfunction()
include(GoogleTest)
