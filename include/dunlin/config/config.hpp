#pragma once

#include "dunlin/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::config {

/// Everything an admin can set; docs/config.md is made from the field table in src/config/fields.cpp. Loaded once,
/// validated whole, then read-only.
struct Config {
  struct Server {
    std::string domain;      // the part after @; `host` or `host:port`, normalised
    std::string public_url;  // origin without a trailing slash; default https://<domain> (http with allow_http)
    std::string listen = "127.0.0.1:8080";  // "address:port", port 0 = any free one, or "unix:/path"
    std::filesystem::path data_dir = "/var/lib/dunlin";
    std::vector<std::string> trusted_proxies{"127.0.0.1", "::1"};  // addresses or CIDR ranges
    int io_threads = 0;                                            // 0 = one per core, at most 4
    int workers = 8;  // request workers; each holds one database connection
    int max_connections = 10'000;
    std::chrono::seconds shutdown_grace{20};
  } server;
  struct Database {
    std::string url;  // empty: a private PostgreSQL inside data_dir
    std::chrono::milliseconds statement_timeout{15'000};
  } database;
  struct Federation {
    std::string mode = "open";                         // open | allowlist | off
    std::vector<std::string> allowlist;                // hosts to speak with in mode "allowlist"
    bool authorized_fetch = false;                     // documents for signed requests only ("secure mode")
    bool backfill = true;                              // complete threads and profiles that somebody opens
    bool allow_http = false;                           // tests on loopback only
    std::vector<std::string> allow_private_addresses;  // CIDR ranges that outgoing requests may reach
    std::string ca_file;                               // extra CA bundle for outgoing TLS; empty = the system's
    std::string key_secret;                            // 32 bytes in base64: encrypts the accounts' private keys
  } federation;
  struct Instance {
    std::string title = "Dunlin";
    std::string description;
    std::string contact_email;
    std::string contact_account;  // local username
    std::vector<std::string> languages{"en"};
    std::string source_url;  // where the source of what runs here can be had; empty = public_url
    std::string status_url;  // a page that says whether all is well
    bool publish_peers = true;
    bool publish_activity = true;
    std::string publish_domain_blocks = "nobody";  // nobody | users | all
    bool publish_domain_block_reasons = false;
  } instance;
  struct Limits {
    bool rate_limits = true;
    std::size_t memory_bytes = 512UL << 20U;
    int max_status_characters = 500;
    int max_poll_options = 4;
    int max_poll_option_characters = 50;
    std::size_t max_body_bytes = 1UL << 20U;      // request bodies other than uploads
    std::size_t spool_body_bytes = 256UL << 10U;  // above: streamed to a file
  } limits;
  struct Registrations {
    std::string mode = "closed";  // open | approval | closed
    bool require_reason = true;   // in mode "approval"
    int min_age = 0;              // years; 0 = nobody is asked
    std::string message;          // why registrations are closed
    std::string url;              // where accounts are made instead
  } registrations;
  struct Smtp {
    std::string host;  // empty: no mail is sent, and addresses need no confirmation
    int port = 587;
    std::string security = "starttls";  // starttls | tls | none
    std::string username;
    std::string password;
    std::string from;  // default noreply@<domain>
    std::string ca_file;
    std::chrono::milliseconds timeout{30'000};
    [[nodiscard]] bool is_set() const { return !host.empty(); }
  } smtp;
  struct Delivery {
    int concurrency = 64;  // requests in flight, all hosts together
    int per_host = 4;
    std::chrono::milliseconds timeout{15'000};
    double retry_scale = 1.0;  // multiplies the retry schedule; tests use a small one
  } delivery;
  struct Discovery {
    bool link_previews = true;
    std::string trends = "on";  // on | review | off
    bool directory = true;
  } discovery;
  struct Translation {
    std::string url;      // of a LibreTranslate server; empty: no translations
    std::string api_key;  // empty: it wants none
  } translation;
  struct Media {
    std::string url;                                // where files are served, without a trailing slash; "" = origin()
    std::size_t image_size_bytes = 16UL << 20U;     // largest picture that is taken
    std::size_t video_size_bytes = 99UL << 20U;     // the same for moving pictures and sound
    std::string remote = "cache";                   // cache | on_demand
    std::size_t remote_size_bytes = 99UL << 20U;    // larger files of other servers are not fetched
    std::size_t cache_size_bytes = 10UL << 30U;     // for all files of other servers together
    int processes = 2;                              // pictures worked on at once, each in a process of its own
    std::chrono::seconds transcoding_timeout{900};  // the longest one video may take
  } media;
  struct Storage {
    std::string type = "local";  // local | s3
    std::string s3_endpoint;     // "https://s3.example.net"
    std::string s3_region = "us-east-1";
    std::string s3_bucket;
    std::string s3_access_key;
    std::string s3_secret_key;
    bool s3_path_style = true;             // endpoint/bucket/key, else bucket.endpoint/key
    std::string s3_delivery = "redirect";  // redirect | proxy
  } storage;
  struct Streaming {
    int max_per_user = 64;  // streams open at a time
    std::size_t max_outbox_bytes = 256UL << 10U;
  } streaming;
  struct Log {
    std::string level = "info";  // debug | info | warn | error | off
    std::string target = "stderr";
  } log;

  /// "https://social.example"; ids and links are built on it.
  [[nodiscard]] const std::string& origin() const { return server.public_url; }
  /// The authority of origin(): our web host.
  [[nodiscard]] std::string web_host() const;
};

/// Reads FILE, then the DUNLIN_<SECTION>__<KEY> variables of `environment`, and validates all of it. A relative
/// data_dir counts from the folder of FILE. Other variables of `environment` that begin with DUNLIN_ are errors (a
/// misspelling), save DUNLIN_CONFIG and DUNLIN_TEST_*. Errors: invalid, one line that names the key, the value and what
/// is allowed (or the nearest known key).
Result<Config> load(const std::filesystem::path& file, const std::map<std::string, std::string>& environment);
/// The same from text: for tests.
Result<Config> parse(std::string_view toml, const std::map<std::string, std::string>& environment = {});
/// The effective settings as TOML, secrets blanked.
std::string print(const Config& config);
/// docs/config.md.
std::string reference_markdown();
/// config/dunlin.example.toml.
std::string example_toml();

}  // namespace dunlin::config
