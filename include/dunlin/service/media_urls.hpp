#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/media.hpp"
#include "dunlin/model/picture.hpp"
#include "dunlin/model/preview_card.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Where files and pictures are found. Our own files are named by their content; those of other servers have addresses
/// here that stay the same whether or not the file is kept at the moment.
namespace dunlin::service::media_urls {

/// A stored file by its key: https://MEDIA/media/files/<key>
std::string file(const config::Config& config, std::string_view key);
/// The whole file; nullopt while an upload is not ready.
std::optional<std::string> original(const config::Config& config, const model::MediaAttachment& media);
/// A still picture of it; nullopt when there is none.
std::optional<std::string> preview(const config::Config& config, const model::MediaAttachment& media);

/// What an account shows, the default picture if need be; `still`: one that does not move.
enum class Form : std::uint8_t { whole, still };
std::string avatar(const config::Config& config, const model::Account& account, Form form = Form::whole);
std::string header(const config::Config& config, const model::Account& account, Form form = Form::whole);
/// A picture of another server that is at `url` there.
std::string remote_picture(const config::Config& config, model::PictureKind kind, std::int64_t owner,
                           std::string_view url, Form form = Form::whole);

/// Of a link preview; "" = none.
std::string card(const config::Config& config, const model::PreviewCard& card);
/// Of a custom emoji among reactions: `url` as the reaction brought it, `emoji` when it is another server's.
std::optional<std::string> reaction(const config::Config& config, std::optional<std::int64_t> emoji,
                                    const std::optional<std::string>& url, Form form = Form::whole);

/// Part of the address of what another server has at `url`: who does not know that does not find it here, and another
/// file has another address.
std::string tag_of(std::string_view url);

}  // namespace dunlin::service::media_urls
