#include "dunlin/crypto/file_digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>

namespace dunlin::crypto {

Result<std::string> sha256_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::internal, "A file cannot be read", path.string());
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1) {
    return fail(Errc::internal, "SHA-256 is not available");
  }
  std::array<char, 64UL * 1024UL> piece;
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    EVP_DigestUpdate(digest.get(), piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return fail(Errc::internal, "A file cannot be read", path.string());
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned size = 0;
  EVP_DigestFinal_ex(digest.get(), value.data(), &size);
  return std::string(reinterpret_cast<const char*>(value.data()), size);
}

}  // namespace dunlin::crypto
