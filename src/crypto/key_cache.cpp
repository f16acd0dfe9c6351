#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/key_pair.hpp"

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace dunlin::crypto {
namespace {

/// Least recently used entries go first.
template <class Value>
class Lru {
 public:
  explicit Lru(std::size_t capacity) : capacity_(capacity) {}

  std::optional<Value> find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto at = index_.find(name);
    if (at == index_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->second;
  }
  void insert(const std::string& name, const Value& value) {
    const std::lock_guard lock(mutex_);
    if (capacity_ == 0 || index_.contains(name)) return;
    if (entries_.size() == capacity_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(name, value);
    index_.emplace(name, entries_.begin());
  }

 private:
  using Entries = std::list<std::pair<std::string, Value>>;

  const std::size_t capacity_;
  std::mutex mutex_;
  Entries entries_;  // newest use first
  std::unordered_map<std::string, typename Entries::iterator> index_;
};

/// Parses outside the lock: two threads may parse the same key once each, nobody waits for another's parsing.
template <class Value, class Parse>
Result<Value> find_or_parse(Lru<Value>& cache, std::string_view text, Parse parse) {
  const std::string name = sha256(text);
  if (auto found = cache.find(name)) return std::move(*found);
  Result<Value> parsed = parse(text);
  if (parsed) cache.insert(name, *parsed);
  return parsed;
}

}  // namespace

struct KeyCache::Impl {
  Impl(std::size_t capacity, std::optional<SecretBox> secret_box)
      : box(std::move(secret_box)), public_keys(capacity), private_keys(capacity) {}
  const std::optional<SecretBox> box;
  Lru<PublicKey> public_keys;
  Lru<PrivateKey> private_keys;
};

KeyCache::KeyCache(std::size_t capacity, std::optional<SecretBox> box)
    : impl_(std::make_unique<Impl>(capacity, std::move(box))) {}

KeyCache::~KeyCache() = default;

Result<PublicKey> KeyCache::public_key(std::string_view text) {
  return find_or_parse(impl_->public_keys, text, [](std::string_view t) {
    return t.starts_with('z') ? PublicKey::from_multibase(t) : PublicKey::from_pem(t);
  });
}

Result<PrivateKey> KeyCache::private_key(std::string_view pem) {
  return find_or_parse(impl_->private_keys, pem, [this](std::string_view text) -> Result<PrivateKey> {
    if (!SecretBox::is_sealed(text)) return PrivateKey::from_pem(text);
    if (!impl_->box) return fail(Errc::invalid, "The key cannot be used", "it is encrypted, and no secret is set");
    return PrivateKey::from_pem(TRY(impl_->box->open(text)));
  });
}

}  // namespace dunlin::crypto
