#pragma once

#include "db/web/site.hpp"
#include "support/media.hpp"
#include "support/media_library.hpp"

#include "dunlin/http/file_body.hpp"
#include "dunlin/service/remote_media.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace dunlin::test {

/// The site with a store, and other servers whose files a test makes up.
struct MediaSite : Site {
  explicit MediaSite(config::Config settings = default_config()) : Site(std::move(settings)), media(config) {
    services.media.use(media.library);
    services.pictures.use(media.library);
    services.remote_media.use(media.library, [this](std::string_view domain) { return domain != refused; }, 0);
  }
  MediaLibrary media;
  std::map<std::string, std::filesystem::path> remote;  // by url
  std::string refused;
  int fetches = 0;

  /// A file in the store, by its path here.
  std::string stored(const std::string& content, const std::string& extension) {
    const auto file = media.samples.bytes(content, "stored." + extension);
    const auto key = media::content_key(file, extension).value();
    REQUIRE(media.library.storage().put(key, file));
    return "/media/files/" + key;
  }

  /// As the edge does it: what is wanted is fetched, and the request runs again.
  Reply look(const std::string& url, const std::vector<http::Header>& headers = {},
             const std::string& address = "203.0.113.7") {
    http::Request request;
    request.method_text = "GET";
    request.remote_address = address;
    request.path = request.target = url.starts_with("https://example.org") ? url.substr(19) : url;
    for (const auto& header : headers) request.headers.add(header.name, header.value);
    service::RemoteDocuments documents;
    for (;;) {
      auto response = dispatcher.handle(request, world.session(), documents);
      if (!documents.wanted()) return {std::move(response)};
      const auto wanted = *documents.wanted();
      REQUIRE(wanted.kind == service::RemoteKind::media);
      documents.put(wanted, fetch(*service::RemoteFile::parse(wanted.url)));
    }
  }
  service::RemoteDocument fetch(const service::RemoteFile& file) {
    service::RemoteDocument document;
    auto& cache = services.remote_media;
    const auto wanted = cache.begin(world.session(), file);
    if (!wanted || !*wanted) {
      document.failure = wanted ? "" : wanted.error().detail;
      return document;
    }
    ++fetches;
    const auto found = remote.find((*wanted)->url);
    if (found == remote.end()) {
      document.failure = "status 404";
      cache.failed(world.session(), file, document.failure, service::RemoteMediaService::Trouble::missing);
      return document;
    }
    const auto folder = cache.new_folder().value();
    const auto copy = folder.copy(found->second, 0, std::filesystem::file_size(found->second), "answer").value();
    if (const auto done = cache.finish(world.session(), file, (*wanted)->url, folder, copy); !done) {
      document.failure = done.error().message;
      using Trouble = service::RemoteMediaService::Trouble;
      const bool lasting = done.error().code == Errc::invalid;
      cache.failed(world.session(), file, document.failure, lasting ? Trouble::lasting : Trouble::passing);
    }
    return document;
  }

  model::MediaAttachment attach(const model::Account& author, const std::string& url) {
    const auto status = world.status(author);
    return upload(world, author, [&](model::MediaAttachment& m) {
      m.status_id = status.id;
      m.position = 0;
      m.state = model::MediaState::remote;
      m.file_key.reset();
      m.preview_key.reset();
      m.bytes = 0;
      m.blurhash.clear();
      m.unattached_at.reset();
      m.remote_url = url;
    });
  }
  model::MediaAttachment now(const model::MediaAttachment& media_row) {
    return *world.read([&](db::Tx& tx) { return store::find_media(tx, media_row.id); });
  }
};

inline std::string content(const Reply& reply) {
  const auto& file = *reply.response.file;
  std::string bytes(static_cast<std::size_t>(file.size()), '\0');
  CHECK(pread(file.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(file.offset())) ==
        static_cast<ssize_t>(bytes.size()));
  return bytes;
}

/// A picture that does not shrink: 87 KB, and about 20 KB for its preview. No two are alike.
inline std::filesystem::path noise(MediaSite& site, const std::string& name) {
  return site.media.samples.ffmpeg("-f rawvideo -pix_fmt rgb24 -s 170x170 -i /dev/urandom -frames:v 1", name);
}

}  // namespace dunlin::test
