#pragma once

namespace dunlin::daemon {

/// The whole program. 0 = success; 1 = refused or failed, with one line on stderr; 2 = bad usage.
int run_command_line(int argc, char** argv);

}  // namespace dunlin::daemon
