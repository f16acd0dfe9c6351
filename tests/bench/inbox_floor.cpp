// What no inbox can do without, done over and over: an RSA signature verified with a kept key, the digest of the body
// and its parsing. Reads a body from standard input; prints microseconds of CPU for each.

#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/json/parse.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <ctime>
#include <iostream>
#include <iterator>
#include <string>

int main() {
  using namespace dunlin;
  constexpr int kRounds = 20'000;
  const std::string body(std::istreambuf_iterator<char>(std::cin), {});
  const auto key = crypto::PrivateKey::generate_rsa();
  const auto public_key = key.public_key();
  const std::string text = "(request-target): post /inbox\nhost: example.org\ndate: Thu, 26 Nov 2026 12:00:00 GMT";
  const auto signature = key.sign(crypto::SignatureAlgorithm::rsa_sha256, text);
  std::size_t done = 0;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < kRounds; ++i) {
    if (!public_key.verify(crypto::SignatureAlgorithm::rsa_sha256, text, signature)) return 1;
    done += crypto::sha256(body).size();
    const auto document = json::parse(body);
    if (!document) return 1;
    done += document->size();
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  fmt::print("{:.1f}\n", done > 0 ? seconds / kRounds * 1e6 : 0.0);
  return 0;
}
