#include "dunlin/db/listener.hpp"

#include "connect.hpp"

#include "dunlin/db/tx.hpp"

#include <pqxx/connection>
#include <pqxx/notification>

#include <exception>
#include <utility>

namespace dunlin::db {

namespace {

class Receiver final : public pqxx::notification_receiver {
 public:
  Receiver(pqxx::connection_base& connection, const std::string& channel, std::vector<std::string>& heard)
      : pqxx::notification_receiver(connection, channel), heard_(heard) {}
  void operator()(const std::string& payload, int /*backend*/) override { heard_.push_back(payload); }

 private:
  std::vector<std::string>& heard_;
};

class PqxxListener final : public Listener {
 public:
  PqxxListener(const ConnectionOptions& options, const std::string& channel)
      : connection_(connect(options)), receiver_(*connection_, channel, heard_) {}

  std::vector<std::string> wait(std::chrono::milliseconds limit) override {
    try {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
      connection_->await_notification(seconds.count(), std::chrono::microseconds(limit - seconds).count());
    } catch (const std::exception& error) {
      throw Unavailable(one_line(error.what()));
    }
    // libpqxx would connect anew by itself, and nobody would know of the gap.
    if (!connection_->is_open()) throw Unavailable("the listening connection is lost");
    return std::exchange(heard_, {});
  }

 private:
  std::vector<std::string> heard_;
  std::unique_ptr<pqxx::connection> connection_;
  Receiver receiver_;
};

}  // namespace

std::unique_ptr<Listener> make_listener(const ConnectionOptions& options, std::string_view channel) {
  try {
    return std::make_unique<PqxxListener>(options, std::string(channel));
  } catch (const std::exception& error) {
    throw Unavailable(one_line(error.what()));
  }
}

}  // namespace dunlin::db
