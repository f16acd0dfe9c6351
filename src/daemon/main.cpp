#include "command_line.hpp"

int main(int argc, char** argv) {
  return dunlin::daemon::run_command_line(argc, argv);
}
