#include "mail_pump.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/net/smtp.hpp"
#include "dunlin/store/mails.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace dunlin::daemon {

namespace {

constexpr std::chrono::seconds kPoll{20};
constexpr std::chrono::milliseconds kLeastPause{50};
constexpr int kAtOnce = 5;

std::optional<std::int64_t> parse_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

}  // namespace

MailPump::MailPump(const config::Config& config, JobQueue& queue, std::unique_ptr<db::Session> session)
    : config_(config),
      queue_(queue),
      session_(std::move(session)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void MailPump::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  condition_.notify_one();
}

void MailPump::stop() {
  thread_.request_stop();
  condition_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void MailPump::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::chrono::milliseconds pause = kPoll;
    try {
      if (send_due(stop)) continue;
      pause = time_to_next();
    } catch (const std::exception& e) {
      log::warn("mail waits for the database", {log::kv("error", e.what())});
    }
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, stop, pause, [this] { return woken_; });
    woken_ = false;
  }
}

bool MailPump::send_due(const std::stop_token& stop) {
  const auto due = queue_.claim(*session_, jobs::Lane::mail, kAtOnce);
  for (const jobs::Job& job : due) {
    if (stop.stop_requested()) {
      queue_.put_back(*session_, job);
    } else {
      send(job);
    }
  }
  return !due.empty();
}

std::chrono::milliseconds MailPump::time_to_next() {
  const auto next = queue_.next_job_at(*session_, jobs::Lane::mail);
  if (!next) return kPoll;
  return std::clamp<std::chrono::milliseconds>(*next - SystemClock().now(), kLeastPause, kPoll);
}

void MailPump::send(const jobs::Job& job) {
  const auto id = parse_id(job.payload);
  const auto mail = session_->read(
      [&](db::Tx& tx) -> Result<std::optional<model::Mail>> { return id ? store::find_mail(tx, *id) : std::nullopt; });
  if (mail && *mail) {
    const auto sent = net::send_mail(config_, **mail);
    if (!sent && sent.error().code != Errc::invalid) return queue_.failed(*session_, job, sent.error());
    if (!sent) log::warn("a mail was refused for good", {log::kv("mail", *id), log::kv("reason", sent.error().detail)});
  }
  std::ignore = session_->write([&](db::Tx& tx) -> Result<void> {
    if (id) store::delete_mail(tx, *id);
    jobs::finish(tx, job);
    return {};
  });
}

}  // namespace dunlin::daemon
