add_library(dunlin_warnings INTERFACE)
target_compile_options(dunlin_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wno-unused-command-line-argument -Werror)
