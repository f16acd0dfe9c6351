#pragma once

#include "dunlin/media/s3.hpp"
#include "dunlin/net/client.hpp"
#include "dunlin/net/io_thread.hpp"

namespace dunlin::daemon {

/// Talks to the object store that the admin has named, wherever it is: a client of its own, that no other server's
/// address reaches.
class StoreTransport final : public media::ObjectTransport {
 public:
  explicit StoreTransport(bool allow_http);
  ~StoreTransport() override;

  Result<media::ObjectResponse> exchange(media::ObjectRequest request) override;

 private:
  net::IoThread thread_;
  net::Client client_;
};

}  // namespace dunlin::daemon
