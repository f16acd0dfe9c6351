# Checks of the sources themselves, run by ctest: each public header compiles alone, all files are formatted.

# One source per header, without the precompiled header, which would hide a missing include. Included twice: its guard works.
file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/*.hpp)
set(header_sources)
foreach(header IN LISTS public_headers)
  string(REPLACE "/" "_" name ${header})
  set(source ${PROJECT_BINARY_DIR}/header_check/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"  // again\n" @ONLY)
  list(APPEND header_sources ${source})
endforeach()
add_library(dunlin_header_check OBJECT ${header_sources})
target_include_directories(dunlin_header_check PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(dunlin_header_check PRIVATE fmt::fmt nlohmann_json::nlohmann_json dunlin_warnings)
set_target_properties(dunlin_header_check PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
# Built with everything else, so there is nothing left to do here unless a header is broken.
add_test(NAME headers_compile_alone COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target dunlin_header_check)
set_tests_properties(headers_compile_alone PROPERTIES TIMEOUT 600)

add_test(NAME sources_are_formatted COMMAND ${PROJECT_SOURCE_DIR}/scripts/format --check)
set_tests_properties(sources_are_formatted PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
