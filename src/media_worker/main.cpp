#include "run.hpp"

int main(int argc, char** argv) {
  return dunlin::media_worker::run(argc, argv);
}
