#include "dunlin/base/random.hpp"

#include "dunlin/base/text.hpp"

#include <openssl/rand.h>

#include <cstring>
#include <random>
#include <stdexcept>

namespace dunlin {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (count == 0) return bytes;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    throw std::runtime_error("the system's random generator failed");
  }
  return bytes;
}

std::string random_token(std::size_t bytes) {
  return text::base64url_encode(random_bytes(bytes));
}

std::uint64_t random_below(std::uint64_t bound) {
  if (bound == 0) return 0;
  thread_local std::mt19937_64 engine = [] {
    std::uint64_t seed = 0;
    std::memcpy(&seed, random_bytes(sizeof seed).data(), sizeof seed);
    return std::mt19937_64(seed);
  }();
  return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine);
}

}  // namespace dunlin
