#pragma once

#include "dunlin/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::media {

/// "<40 hex digits of the content's SHA-256>.<extension>": the name of a stored file, and all that is known of it.
/// Errors: internal.
Result<std::string> content_key(const std::filesystem::path& file, std::string_view extension);
/// What content_key() makes; nothing else is looked for in a store.
bool is_key(std::string_view key);
/// Files of this ending are shown to people.
bool is_served(std::string_view extension);
/// By its extension, of the closed set of types that are ever served.
std::string_view content_type_of(std::string_view key);
/// The key of the still picture that goes with a moving one; the key itself when it does not move.
std::string still_key(std::string_view key);
/// Whether a key is of a moving picture with a still one beside it ("<digest>.anim.webp", "<digest>.still.png").
bool is_moving_key(std::string_view key);

/// Where files are kept. All calls may take long (disks, networks): never on an io thread, never within a transaction.
class Storage {
 public:
  virtual ~Storage() = default;

  /// Stores the file under the key; whole or not at all. `file` may be gone afterwards. Repeating it is harmless.
  /// Errors: unavailable.
  virtual Result<void> put(std::string_view key, const std::filesystem::path& file) = 0;
  /// A file with the content for reading: the stored one itself, or a copy in `folder`. Errors: not_found, unavailable.
  virtual Result<std::filesystem::path> get(std::string_view key, const std::filesystem::path& folder) = 0;
  /// Errors: not_found, unavailable.
  virtual Result<std::uint64_t> size(std::string_view key) = 0;
  /// That part of it as a file in `folder`; it lies within. Errors: not_found, unavailable.
  virtual Result<std::filesystem::path> get_part(std::string_view key, std::uint64_t first, std::uint64_t count,
                                                 const std::filesystem::path& folder) = 0;
  /// Gone afterwards, whether or not it was there. Errors: unavailable (and it will not go by this call any
  /// more), remote_failed (nobody knows: the store may have heard of it and do it later).
  virtual Result<void> remove(std::string_view key) = 0;
  /// Calls `seen` with each stored key, its size and its age. Errors: unavailable.
  virtual Result<void> list(const std::function<void(std::string_view key, std::uint64_t bytes)>& seen) = 0;

  /// The stored file, when it lies on this machine.
  [[nodiscard]] virtual std::optional<std::filesystem::path> local_path(std::string_view key) const = 0;
  /// Where who asks for the file may get it himself, for a while; nullopt: only from us.
  [[nodiscard]] virtual std::optional<std::string> public_url(std::string_view key) const = 0;
};

/// Files in a folder of this machine, spread over subfolders.
class LocalStorage final : public Storage {
 public:
  explicit LocalStorage(std::filesystem::path root) : root_(std::move(root)) {}

  Result<void> put(std::string_view key, const std::filesystem::path& file) override;
  Result<std::filesystem::path> get(std::string_view key, const std::filesystem::path& folder) override;
  Result<std::uint64_t> size(std::string_view key) override;
  Result<std::filesystem::path> get_part(std::string_view key, std::uint64_t first, std::uint64_t count,
                                         const std::filesystem::path& folder) override;
  Result<void> remove(std::string_view key) override;
  Result<void> list(const std::function<void(std::string_view, std::uint64_t)>& seen) override;
  [[nodiscard]] std::optional<std::filesystem::path> local_path(std::string_view key) const override;
  [[nodiscard]] std::optional<std::string> public_url(std::string_view) const override { return std::nullopt; }

 private:
  [[nodiscard]] std::filesystem::path path_of(std::string_view key) const;
  std::filesystem::path root_;
};

}  // namespace dunlin::media
