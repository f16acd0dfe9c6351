#include "dunlin/service/media_urls.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/media/storage.hpp"
#include "dunlin/service/uris.hpp"

namespace dunlin::service::media_urls {

using model::PictureKind;

namespace {

constexpr std::size_t kTagBytes = 8;

std::string base(const config::Config& config) {
  return (config.media.url.empty() ? config.origin() : config.media.url) + "/media/";
}

std::string remote(const config::Config& config, const model::MediaAttachment& media, std::string_view variant) {
  return base(config) + "remote/" + media.id.str() + "/" + tag_of(*media.remote_url) + "/" + std::string(variant);
}

std::string_view folder(PictureKind kind) {
  switch (kind) {
    case PictureKind::avatar:
      return "avatars";
    case PictureKind::header:
      return "headers";
    case PictureKind::card:
      return "cards";
    case PictureKind::emoji:
      break;
  }
  return "emojis";
}

std::string picture(const config::Config& config, const model::Account& account, PictureKind kind,
                    const std::string& shown, Form form) {
  if (!account.is_local()) return remote_picture(config, kind, account.id.value, shown, form);
  return file(config, form == Form::still ? media::still_key(shown) : shown);
}

}  // namespace

std::string tag_of(std::string_view url) {
  return text::hex_encode(std::string_view(crypto::sha256(url)).substr(0, kTagBytes));
}

std::string file(const config::Config& config, std::string_view key) {
  return base(config) + "files/" + std::string(key);
}

std::optional<std::string> original(const config::Config& config, const model::MediaAttachment& media) {
  if (media.is_link()) return media.remote_url;
  if (!media.is_local()) return remote(config, media, "original");
  if (media.state != model::MediaState::done || !media.file_key) return std::nullopt;
  return file(config, *media.file_key);
}

std::optional<std::string> preview(const config::Config& config, const model::MediaAttachment& media) {
  // Sound has no picture unless one came with it.
  const auto type = media.shown_type();
  const bool has_none = type == model::MediaType::audio || type == model::MediaType::unknown;
  if (!media.is_local()) return has_none ? std::nullopt : std::optional(remote(config, media, "preview"));
  if (!media.preview_key) return std::nullopt;
  return file(config, *media.preview_key);
}

std::string avatar(const config::Config& config, const model::Account& account, Form form) {
  if (account.avatar_url.empty()) return uris::default_avatar(config);
  return picture(config, account, PictureKind::avatar, account.avatar_url, form);
}

std::string header(const config::Config& config, const model::Account& account, Form form) {
  if (account.header_url.empty()) return uris::default_header(config);
  return picture(config, account, PictureKind::header, account.header_url, form);
}

std::string remote_picture(const config::Config& config, PictureKind kind, std::int64_t owner, std::string_view url,
                           Form form) {
  const auto whole = base(config) + std::string(folder(kind)) + "/" + std::to_string(owner) + "/" + tag_of(url);
  return form == Form::still ? whole + "/still" : whole;
}

std::string card(const config::Config& config, const model::PreviewCard& card) {
  return card.image_url.empty() ? std::string()
                                : remote_picture(config, PictureKind::card, card.id.value, card.image_url);
}

std::optional<std::string> reaction(const config::Config& config, std::optional<std::int64_t> emoji,
                                    const std::optional<std::string>& url, Form form) {
  return emoji && url ? remote_picture(config, PictureKind::emoji, *emoji, *url, form) : url;
}

}  // namespace dunlin::service::media_urls
