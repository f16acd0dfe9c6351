#include "dunlin/net/smtp.hpp"

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>

namespace dunlin::net {

namespace {

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, CurlDeleter>;
using List = std::unique_ptr<curl_slist, CurlDeleter>;

std::size_t read_message(char* buffer, std::size_t size, std::size_t count, void* rest) {
  auto& text = *static_cast<std::string_view*>(rest);
  const std::size_t taken = std::min(size * count, text.size());
  std::memcpy(buffer, text.data(), taken);
  text.remove_prefix(taken);
  return taken;
}

Handle make_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return Handle(curl_easy_init());
}

std::string server_url(const config::Config::Smtp& smtp) {
  const std::string host = smtp.host.find(':') == std::string::npos ? smtp.host : "[" + smtp.host + "]";
  return fmt::format("{}://{}:{}", smtp.security == "tls" ? "smtps" : "smtp", host, smtp.port);
}

void set_options(CURL* handle, const config::Config& config, const std::string& url, const std::string& from) {
  const auto& smtp = config.smtp;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(smtp.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_USE_SSL,
                   static_cast<long>(smtp.security == "none" ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  if (!smtp.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, smtp.ca_file.c_str());
  if (!smtp.username.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, smtp.username.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, smtp.password.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, &read_message);
}

/// 5xx to the recipient or the message: asking again would not help. Not so while signing in: that is our fault.
bool is_final(CURLcode code, long reply) {
  return (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_WEIRD_SERVER_REPLY ||
          code == CURLE_UPLOAD_FAILED) &&
         (reply == 550 || reply == 551 || reply == 553 || reply == 554);
}

}  // namespace

Result<void> send_mail(const config::Config& config, const model::Mail& mail) {
  const Handle handle = make_handle();
  if (!handle) return fail(Errc::internal, "libcurl cannot be used");
  const std::string message = render_message(mail, config.smtp.from, config.instance.title);
  std::string_view rest = message;
  const std::string url = server_url(config.smtp);
  const std::string from = "<" + config.smtp.from + ">";
  const List recipients(curl_slist_append(nullptr, ("<" + mail.recipient + ">").c_str()));
  set_options(handle.get(), config, url, from);
  curl_easy_setopt(handle.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle.get(), CURLOPT_READDATA, &rest);
  std::string reason(CURL_ERROR_SIZE, '\0');
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, reason.data());
  const CURLcode code = curl_easy_perform(handle.get());
  if (code == CURLE_OK) return {};
  long reply = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &reply);
  reason.resize(std::strlen(reason.c_str()));
  if (reason.empty()) reason = curl_easy_strerror(code);
  return fail(is_final(code, reply) ? Errc::invalid : Errc::remote_failed, "The mail server did not take the mail",
              fmt::format("{} (reply {})", reason, reply));
}

}  // namespace dunlin::net
