#include "dunlin/config/config.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace dunlin;
using config::Config;
using namespace std::chrono_literals;

namespace {

using Environment = std::map<std::string, std::string>;

const std::string kDomain = "[server]\ndomain = \"social.example\"\n";

Config good(const std::string& toml, const Environment& environment = {}) {
  auto parsed = config::parse(toml, environment);
  INFO((parsed ? std::string() : parsed.error().message));
  REQUIRE(parsed);
  return *std::move(parsed);
}

std::string refusal(const std::string& toml, const Environment& environment = {}) {
  const auto parsed = config::parse(toml, environment);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == Errc::invalid);
  CHECK(parsed.error().message.find('\n') == std::string::npos);
  return parsed.error().message;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "dunlin-config-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a domain is all that must be set", "[config]") {
  const auto c = good(kDomain);
  CHECK(c.server.domain == "social.example");
  CHECK(c.origin() == "https://social.example");
  CHECK(c.web_host() == "social.example");
  CHECK(c.server.listen == "127.0.0.1:8080");
  CHECK(c.server.data_dir == "/var/lib/dunlin");
  CHECK(c.database.url.empty());
  CHECK(c.limits.memory_bytes == 512UL << 20U);
  CHECK(refusal("").starts_with("server.domain: must be set"));
}

TEST_CASE("the public address follows from the domain, and may differ from it", "[config]") {
  const auto local = good("[server]\ndomain = \"127.0.0.1:4001\"\n[federation]\nallow_http = true\n");
  CHECK(local.origin() == "http://127.0.0.1:4001");
  CHECK(local.web_host() == "127.0.0.1:4001");
  const auto split = good(kDomain + "public_url = \"https://Web.Social.example/\"\n");
  CHECK(split.server.domain == "social.example");
  CHECK(split.origin() == "https://web.social.example");
  CHECK(good("[server]\ndomain = \"EXAMPLE.org.\"\n").server.domain == "example.org");
}

TEST_CASE("every kind of value is read from a file", "[config]") {
  const auto c = good(kDomain + R"(
listen = "unix:/run/dunlin.sock"
trusted_proxies = ["10.0.0.0/8", "::1"]
workers = 3
shutdown_grace = "1m"
[database]
statement_timeout = "500ms"
[limits]
rate_limits = false
memory = "64M"
max_body = 65536
[delivery]
retry_scale = 1
[registrations]
mode = "approval"
)");
  CHECK(c.server.listen == "unix:/run/dunlin.sock");
  CHECK(c.server.trusted_proxies == std::vector<std::string>{"10.0.0.0/8", "::1"});
  CHECK(c.server.workers == 3);
  CHECK(c.server.shutdown_grace == 60s);
  CHECK(c.database.statement_timeout == 500ms);
  CHECK_FALSE(c.limits.rate_limits);
  CHECK(c.limits.memory_bytes == 64UL << 20U);
  CHECK(c.limits.max_body_bytes == 65536);
  CHECK(c.delivery.retry_scale == 1.0);
  CHECK(c.registrations.mode == "approval");
}

TEST_CASE("the environment wins over the file", "[config]") {
  const auto c = good(kDomain + "workers = 3\n", {{"DUNLIN_SERVER__DOMAIN", "other.example"},
                                                  {"DUNLIN_SERVER__TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"},
                                                  {"DUNLIN_SERVER__WORKERS", "5"},
                                                  {"DUNLIN_LIMITS__RATE_LIMITS", "false"},
                                                  {"DUNLIN_LIMITS__MEMORY", "1G"},
                                                  {"DUNLIN_LIMITS__MAX_BODY", "20000"},
                                                  {"DUNLIN_DELIVERY__TIMEOUT", "2s"},
                                                  {"DUNLIN_DELIVERY__RETRY_SCALE", "0.5"},
                                                  {"DUNLIN_INSTANCE__TITLE", "42"},
                                                  {"DUNLIN_CONFIG", "/somewhere.toml"},
                                                  {"DUNLIN_TEST_DATABASE", "anything"},
                                                  {"PATH", "/bin"}});
  CHECK(c.server.domain == "other.example");
  CHECK(c.server.trusted_proxies == std::vector<std::string>{"10.0.0.1", "10.0.0.2"});
  CHECK(c.server.workers == 5);
  CHECK_FALSE(c.limits.rate_limits);
  CHECK(c.limits.memory_bytes == 1UL << 30U);
  CHECK(c.limits.max_body_bytes == 20'000);
  CHECK(c.delivery.timeout == 2s);
  CHECK(c.delivery.retry_scale == 0.5);
  CHECK(c.instance.title == "42");
  CHECK(good(kDomain, {{"DUNLIN_SERVER__TRUSTED_PROXIES", ""}}).server.trusted_proxies.empty());
}

TEST_CASE("an unknown name is refused with the nearest known one", "[config]") {
  CHECK(refusal("[server]\ndomian = \"a.example\"\n") ==
        "config:2: unknown key server.domian; the nearest known one is server.domain");
  CHECK(refusal("[sever]\ndomain = \"a.example\"\n") ==
        "config:1: unknown section [sever]; the nearest known one is [server]");
  CHECK(refusal(kDomain + "[log]\nlisten = \"127.0.0.1:1\"\n") ==
        "config:4: unknown key log.listen; the nearest known one is server.listen");
  CHECK(refusal("domain = \"a.example\"\n") ==
        "config:1: domain stands outside a section; the nearest known key is server.domain");
  CHECK(refusal(kDomain, {{"DUNLIN_SERVER__DOMIAN", "x"}}) ==
        "environment: unknown variable DUNLIN_SERVER__DOMIAN; the nearest known one is DUNLIN_SERVER__DOMAIN");
  CHECK(refusal(kDomain, {{"DUNLIN_SERVER_DOMAIN", "x"}}).ends_with("DUNLIN_SERVER__DOMAIN"));
}

TEST_CASE("a refused value is named with its place, its key and what is allowed", "[config]") {
  CHECK(refusal(kDomain + "listen = \"8080\"\n") ==
        "config:3: server.listen = \"8080\": must be \"address:port\", such as \"127.0.0.1:8080\" or \"[::]:8080\", or "
        "\"unix:/path\" (at most 107 bytes)");
  CHECK(refusal(kDomain + "workers = 0\n") == "config:3: server.workers = 0: must be 1 to 256");
  CHECK(refusal(kDomain + "[federation]\nmode = \"closed\"\n") ==
        "config:4: federation.mode = \"closed\": must be one of \"open\", \"allowlist\", \"off\"");
  CHECK(refusal(kDomain, {{"DUNLIN_LIMITS__MEMORY", "1K"}}) ==
        "DUNLIN_LIMITS__MEMORY: limits.memory = \"1K\": must be 32M to 1T");
  CHECK(refusal(kDomain + "workers = {}\n").starts_with("config:3: server.workers = {"));
}

TEST_CASE("bad values of each kind are refused", "[config]") {
  const auto line =
      GENERATE(as<std::string>{}, "[server]\ndomain = \"not a host\"", "[server]\ndomain = \"https://a.example\"",
               "[server]\ndomain = 5", "[server]\ndomain = \"\"",
               "[server]\ndomain = \"a.example\"\nlisten = \"127.0.0.1:70000\"",
               "[server]\ndomain = \"a.example\"\nlisten = \"::1:80\"",
               "[server]\ndomain = \"a.example\"\nlisten = \"[127.0.0.1]:80\"",
               "[server]\ndomain = \"a.example\"\nlisten = \"unix:relative\"",
               "[server]\ndomain = \"a.example\"\nlisten = \"localhost:80\"",
               "[server]\ndomain = \"a.example\"\ndata_dir = \"\"",
               "[server]\ndomain = \"a.example\"\ntrusted_proxies = \"127.0.0.1\"",
               "[server]\ndomain = \"a.example\"\ntrusted_proxies = [1]",
               "[server]\ndomain = \"a.example\"\ntrusted_proxies = [\"10.0.0.0/33\"]",
               "[server]\ndomain = \"a.example\"\ntrusted_proxies = [\"proxy.example\"]",
               "[server]\ndomain = \"a.example\"\nworkers = \"eight\"",
               "[server]\ndomain = \"a.example\"\nworkers = 99999999999",
               "[server]\ndomain = \"a.example\"\nshutdown_grace = 20",
               "[server]\ndomain = \"a.example\"\nshutdown_grace = \"1500ms\"",
               "[server]\ndomain = \"a.example\"\nshutdown_grace = \"20 parsecs\"",
               "[server]\ndomain = \"a.example\"\nshutdown_grace = 2026-01-01",
               "[server]\ndomain = \"a.example\"\npublic_url = \"https://a.example/path\"",
               "[server]\ndomain = \"a.example\"\npublic_url = \"ftp://a.example\"",
               "[server]\ndomain = \"a.example\"\npublic_url = \"http://a.example\"",
               "[server]\ndomain = \"a.example\"\n[limits]\nmemory = \"lots\"",
               "[server]\ndomain = \"a.example\"\n[limits]\nmemory = -1",
               "[server]\ndomain = \"a.example\"\n[limits]\nmemory = \"99999999999999999999G\"",
               "[server]\ndomain = \"a.example\"\n[limits]\nrate_limits = \"yes\"",
               "[server]\ndomain = \"a.example\"\n[delivery]\nretry_scale = nan",
               "[server]\ndomain = \"a.example\"\n[delivery]\nconcurrency = 2\nper_host = 3",
               "[server]\ndomain = \"a.example\"\n[log]\ntarget = \"dunlin.log\"",
               "[server]\ndomain = \"a.example\"\n[database]\nurl = \"mysql://x\"",
               "[server]\ndomain = \"a.example\"\n[instance]\ntitle = \"\"",
               "[server]\ndomain = \"a.example\"\n[instance]\ncontact_email = \"nobody\"",
               "[server]\ndomain = \"a.example\"\n[instance]\ncontact_account = \"@admin\"",
               "[server]\ndomain = \"a.example\"\n[instance]\nlanguages = [\"english\"]");
  INFO(line);
  refusal(line + "\n");
}

TEST_CASE("settings for tests are refused on a public host", "[config]") {
  const std::string http = "[federation]\nallow_http = true\n";
  const std::string addresses = "[federation]\nallow_private_addresses = [\"127.0.0.0/8\"]\n";
  CHECK(refusal("[server]\ndomain = \"social.coop\"\n" + http)
            .starts_with("federation.allow_http = true: must not be set"));
  CHECK(refusal("[server]\ndomain = \"8.8.8.8\"\n" + addresses)
            .starts_with("federation.allow_private_addresses = [127.0.0.0/8]"));
  for (const std::string domain : {"127.0.0.1:4001", "[::1]:4001", "localhost:8080", "a.localhost", "a.test",
                                   "social.example", "www.example.org", "192.168.0.9", "box"}) {
    INFO(domain);
    good("[server]\ndomain = \"" + domain + "\"\n" + http);
    good("[server]\ndomain = \"" + domain + "\"\n" + addresses);
  }
}

TEST_CASE("what is not TOML is refused with its line", "[config]") {
  CHECK(refusal("[server]\ndomain = \n").starts_with("config:2: not TOML: "));
  CHECK(refusal("[server\n").starts_with("config:1: not TOML: "));
  CHECK(refusal("[server]\ndomain = \"a.example\"\ndomain = \"b.example\"\n").starts_with("config:3: not TOML: "));
  CHECK(refusal("\xff\xfe").find("not TOML") != std::string::npos);
}

TEST_CASE("a secret is shown neither in errors nor in print", "[config]") {
  const auto error = refusal(kDomain + "[database]\nurl = \"hunter2\"\n");
  CHECK(error.find("hunter2") == std::string::npos);
  CHECK(refusal(kDomain + "[database]\nurl = [\"hunter2\", 1]\n").find("hunter2") == std::string::npos);
  CHECK(refusal(kDomain + "[federation]\nkey_secret = \"hunter2\"\n").find("hunter2") == std::string::npos);
  const std::string secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  const auto sealed = good(kDomain + "[federation]\nkey_secret = \"" + secret + "\"\n");
  CHECK(sealed.federation.key_secret == secret);
  CHECK(config::print(sealed).find(secret) == std::string::npos);
  const auto c = good(kDomain + "[database]\nurl = \"postgresql://dunlin:hunter2@db/dunlin\"\n");
  CHECK(config::print(c).find("hunter2") == std::string::npos);
}

TEST_CASE("what print writes is read back as the same settings", "[config]") {
  const auto c = good(kDomain + R"(
shutdown_grace = "90s"
[instance]
title = "Quotes \" and \\ and ü"
description = "two\nlines"
languages = ["en", "de"]
[limits]
memory = 100000000
[delivery]
retry_scale = 0.001
)");
  const auto printed = config::print(c);
  const auto again = good(printed);
  CHECK(config::print(again) == printed);
  CHECK(again.instance.title == c.instance.title);
  CHECK(again.instance.description == "two\nlines");
  CHECK(again.instance.languages == c.instance.languages);
  CHECK(again.limits.memory_bytes == 100'000'000);
  CHECK(again.delivery.retry_scale == 0.001);
  CHECK(again.server.shutdown_grace == 90s);
}

TEST_CASE("load names the file, and a relative data_dir counts from it", "[config]") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "dunlin.toml";
  const auto write = [&](const std::string& content) { std::ofstream(file) << content; };

  const auto missing = config::load(file, {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "cannot read the configuration " + file.string() + ": No such file or directory");
  const auto not_a_file = config::load(folder.path(), {});
  REQUIRE_FALSE(not_a_file);
  CHECK(not_a_file.error().message.ends_with("it is a folder"));

  write(kDomain + "workers = 0\n");
  const auto refused = config::load(file, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == file.string() + ":3: server.workers = 0: must be 1 to 256");

  write(kDomain + "data_dir = \"./data\"\n");
  const auto loaded = config::load(file, {});
  REQUIRE(loaded);
  CHECK(loaded->server.data_dir == folder.path() / "data");
}
