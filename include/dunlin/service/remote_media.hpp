#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/media/library.hpp"
#include "dunlin/model/picture.hpp"
#include "dunlin/service/attempt_limiter.hpp"
#include "dunlin/service/environment.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::service {

struct StoredKeys;

/// Fetches a file of another server ahead of those who will look at it. Payload: RemoteFile::name().
inline constexpr jobs::Kind kFetchMedia{"fetch_media", jobs::Lane::media};
/// Drops files that nothing names any more, a few at a time. Payload: the key up to which has been looked.
inline constexpr jobs::Kind kDropFiles{"drop_files", jobs::Lane::maintenance};

/// Carries out what the admin has decided about the files of a server, on those that are known here, a page at a time.
/// Payload: RefusedFiles::payload().
inline constexpr jobs::Kind kFollowMediaPolicy{"follow_media_policy", jobs::Lane::maintenance};
struct RefusedFiles {
  enum class Of : std::uint8_t { account, emojis, cards };
  Of of = Of::account;
  std::string which;       // an account's id, a domain; "-" for cards, whose pictures may lie anywhere
  std::int64_t after = 0;  // the id up to which it is done

  [[nodiscard]] std::string payload() const;
  static std::optional<RefusedFiles> parse(std::string_view payload);
};

/// What can be fetched: the file of an attachment, or the picture of an account, emoji or link preview.
struct RemoteFile {
  std::optional<model::PictureKind> picture;  // nullopt: an attachment
  std::int64_t id = 0;                        // of the attachment, account, emoji or card

  /// "attachment 5", "avatar 7", "header 7", "emoji 3", "card 2"
  [[nodiscard]] std::string name() const;
  static std::optional<RemoteFile> parse(std::string_view name);
  friend auto operator<=>(const RemoteFile&, const RemoteFile&) = default;
};

/// The cache of other servers' files: what is missing, what is kept and what has to go. Everything here opens its own
/// short transactions; none is open while files are read or written.
class RemoteMediaService {
 public:
  explicit RemoteMediaService(Environment& env) : env_(env), askers_(env.clock) {}
  /// Without these nothing is fetched. `may_keep`: whether the admin lets files of this domain in. `process`: our
  /// number, which jobs::NodeNumber holds.
  void use(const media::Library& library, std::function<bool(std::string_view domain)> may_keep, std::uint8_t process) {
    library_ = &library;
    may_keep_ = std::move(may_keep);
    process_ = process;
  }
  /// Before the first begin(): forgets what an earlier process of our number did not end.
  void begin_process(db::Tx& tx);

  struct Wanted {
    std::string url;
    std::size_t max_bytes = 0;
    bool by_other = false;  // another process on this database fetches it: ask again soon
  };
  /// What has to be fetched for it, by us, until end() is called; nullopt: nothing, it is here or does not exist.
  /// Errors: forbidden (by policy), unavailable (failed lately: not before a while).
  Result<std::optional<Wanted>> begin(db::Session& session, const RemoteFile& file);
  /// Whatever came of it: others may fetch it.
  void end(db::Session& session, const RemoteFile& file);
  /// The file has come, whole: looked at, stored, named in the row. Its room is reserved before it is stored, so that
  /// media.cache_size holds however many come at once. Errors: invalid (it is nothing that is shown), unavailable.
  Result<void> finish(db::Session& session, const RemoteFile& file, const std::string& url,
                      const media::WorkFolder& folder, const std::filesystem::path& path);
  enum class Trouble : std::uint8_t {
    passing,  // it may come soon
    missing,  // its server does not have it
    lasting,  // it would be the same the next time
  };
  /// It did not come, or was of no use: not asked for again for a while. An attachment for which there is no hope
  /// becomes a link.
  void failed(db::Session& session, const RemoteFile& file, std::string_view why, Trouble trouble = Trouble::passing);

  /// Whether files may be shown that belong to this account, or lie on this server when there is no account; those of
  /// link previews: that lie on this server and belong to this page.
  [[nodiscard]] bool may_show(std::string_view domain, std::string_view account_uri = {}) const;
  /// Whether people of this network may have us fetch one more file that is not here.
  bool may_ask(std::string_view network);
  /// One step of kFollowMediaPolicy, which enqueues the next. The policies have just been read.
  Result<void> follow_policy(db::Session& session, std::string_view payload);

  /// The store does not have it, whatever the row says: it may be fetched again.
  void forget(db::Session& session, const RemoteFile& file);

  /// Room for so many bytes more within media.cache_size: what was viewed longest ago goes first, what could not come
  /// back last. Returns how much went.
  std::int64_t make_room(db::Session& session, std::int64_t bytes);
  struct Pruned {
    std::int64_t files = 0;
    std::int64_t bytes = 0;
  };
  /// What has not been viewed since `before` goes, some at a time; after each time `progress` hears how much went so
  /// far. `dry_run`: is only counted.
  Pruned prune(
      db::Session& session, Time before, bool dry_run,
      const std::function<void(const Pruned&)>& progress = [](const Pruned&) {});
  /// Removes what is marked as being dropped (store/stored_files.hpp) from the store. Errors: unavailable (some are
  /// left, and may be dropped again later).
  Result<void> drop(db::Session& session, std::span<const std::string> keys);
  /// One step of kDropFiles: the key up to which it has looked, "" = all of them.
  Result<std::string> drop_unused(db::Session& session, std::string_view after);

  [[nodiscard]] Result<media::WorkFolder> new_folder() const;

 private:
  Result<std::optional<Wanted>> find_wanted(db::Tx& tx, const RemoteFile& file);
  /// Whether another process has it.
  bool is_claimed_by_other(db::Tx& tx, const RemoteFile& file);
  Result<void> finish_attachment(db::Session& session, MediaId id, const std::string& url,
                                 const media::WorkFolder& folder, const std::filesystem::path& path);
  Result<void> finish_picture(db::Session& session, const RemoteFile& file, const std::string& url,
                              const media::WorkFolder& folder, const std::filesystem::path& path);
  /// After storing: what no row names goes at once, for nobody counts it, unless others have the same content.
  Result<void> settle(db::Session& session, const StoredKeys& keys, const Result<bool>& named);
  /// Errors: invalid (larger than the whole cache), unavailable.
  Result<void> reserve(db::Session& session, const RemoteFile& file, const std::string& url, std::int64_t bytes);
  /// One attempt: how much too much it would be; 0 = reserved.
  Result<std::int64_t> try_reserve(db::Tx& tx, const RemoteFile& file, const std::string& url, std::int64_t bytes);
  /// What was reserved for a file that did not come.
  void release(db::Session& session, const RemoteFile& file);
  void tell_card(db::Tx& tx, std::int64_t card);
  /// One page: the id up to which it got, nullopt at the end; and the keys that have lost a name.
  std::optional<std::int64_t> follow_policy(db::Tx& tx, const RefusedFiles& files, std::vector<std::string>& keys);
  std::optional<std::int64_t> follow_account(db::Tx& tx, const RefusedFiles& files, std::vector<std::string>& keys);
  std::optional<std::int64_t> follow_emojis(db::Tx& tx, const RefusedFiles& files, std::vector<std::string>& keys);
  std::optional<std::int64_t> follow_cards(db::Tx& tx, const RefusedFiles& files, std::vector<std::string>& keys);
  /// At least so many bytes, if there are as many. `also_unavailable`: of servers that do not answer, too.
  std::int64_t evict(db::Session& session, std::int64_t excess, bool also_unavailable);

  Environment& env_;
  const media::Library* library_ = nullptr;
  std::function<bool(std::string_view)> may_keep_;
  std::uint8_t process_ = 0;
  AttemptLimiter askers_;
};

}  // namespace dunlin::service
