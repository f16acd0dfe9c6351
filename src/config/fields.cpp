#include "fields.hpp"

namespace dunlin::config {

namespace {

constexpr double kKiB = 1024;
constexpr double kMiB = 1024 * kKiB;
constexpr double kGiB = 1024 * kMiB;
constexpr double kSecond = 1000;
constexpr double kMinute = 60 * kSecond;

constexpr Section kSections[] = {
    {"server", "Who this instance is and where it listens."},
    {"database", "PostgreSQL, the only store."},
    {"federation", "How other servers are met."},
    {"instance", "What people and apps are told about this instance."},
    {"limits", "Budgets that keep one client or one flood from taking everything."},
    {"registrations", "Who may make an account."},
    {"delivery", "Sending to other servers."},
    {"log", "What is logged and where."},
};

}  // namespace

std::string Field::variable() const {
  std::string out = "DUNLIN_" + std::string(section) + "__" + std::string(key);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::span<const Section> sections() {
  return kSections;
}

std::vector<Field> fields_of(Config& config) {
  auto& [server, database, federation, instance, limits, registrations, delivery, log] = config;
  return {
      {.section = "server",
       .key = "domain",
       .slot = &server.domain,
       .help = "The part after @ in every address here. It can never change: other servers know the accounts by it.",
       .check = checks::domain,
       .default_note = "must be set"},
      {.section = "server",
       .key = "public_url",
       .slot = &server.public_url,
       .help = "Where the instance is reached; all ids and links begin with it, so it can never change either. May "
               "differ from "
               "the domain when that one redirects /.well-known/ here. http:// only with federation.allow_http.",
       .check = checks::origin,
       .default_note = "`https://<domain>`"},
      {.section = "server",
       .key = "listen",
       .slot = &server.listen,
       .help = "Where to accept connections: an address with a port (0 = any free one), or unix: and the path of a "
               "socket. TLS is "
               "the business of the reverse proxy in front.",
       .check = checks::listen_address},
      {.section = "server",
       .key = "data_dir",
       .slot = &server.data_dir,
       .help =
           "Everything that must survive: the private database, uploads. A relative path counts from the folder of the "
           "configuration file.",
       .check = checks::folder},
      {.section = "server",
       .key = "trusted_proxies",
       .slot = &server.trusted_proxies,
       .help = "Addresses and ranges whose X-Forwarded-For is believed, and who may read /metrics.",
       .check = checks::address_range},
      {.section = "server",
       .key = "io_threads",
       .slot = &server.io_threads,
       .help = "Threads for sockets. 0 = one per core, at most 4.",
       .least = 0,
       .most = 64},
      {.section = "server",
       .key = "workers",
       .slot = &server.workers,
       .help = "Threads that answer requests. Each holds one database connection.",
       .least = 1,
       .most = 256},
      {.section = "server",
       .key = "max_connections",
       .slot = &server.max_connections,
       .help = "Client connections open at once; more are refused.",
       .least = 1,
       .most = 1'000'000},
      {.section = "server",
       .key = "shutdown_grace",
       .slot = &server.shutdown_grace,
       .help = "How long requests and jobs may finish after a stop signal.",
       .least = 0,
       .most = 10 * kMinute},

      {.section = "database",
       .key = "url",
       .slot = &database.url,
       .help = "A PostgreSQL server of yours, as postgresql://user:password@host/database. Empty: Dunlin runs a "
               "private one inside "
               "data_dir.",
       .check = checks::database_url,
       .secret = true},
      {.section = "database",
       .key = "statement_timeout",
       .slot = &database.statement_timeout,
       .help = "The longest one statement may take.",
       .least = 0.1 * kSecond,
       .most = 10 * kMinute},

      {.section = "federation",
       .key = "mode",
       .slot = &federation.mode,
       .help = "open: every server that is not blocked. allowlist: only those of federation.allowlist. off: none.",
       .choices = {"open", "allowlist", "off"}},
      {.section = "federation",
       .key = "allowlist",
       .slot = &federation.allowlist,
       .help =
           "The hosts to speak with in mode allowlist, as they stand in their ids: \"social.example\". A subdomain is "
           "a host of its own.",
       .check = checks::domain},
      {.section = "federation",
       .key = "allow_http",
       .slot = &federation.allow_http,
       .help = "Speak http:// instead of https:// with other servers. For tests on loopback; refused when public_url "
               "names a public "
               "host."},
      {.section = "federation",
       .key = "allow_private_addresses",
       .slot = &federation.allow_private_addresses,
       .help = "Private ranges that outgoing requests may reach, such as \"127.0.0.0/8\". For tests on loopback; "
               "refused when "
               "public_url names a public host.",
       .check = checks::address_range},
      {.section = "federation",
       .key = "ca_file",
       .slot = &federation.ca_file,
       .help = "A PEM file of certificate authorities to trust beside the system's.",
       .check = checks::absolute_path},

      {.section = "instance",
       .key = "title",
       .slot = &instance.title,
       .help = "The name of the instance.",
       .check = checks::single_line},
      {.section = "instance",
       .key = "description",
       .slot = &instance.description,
       .help = "What the instance is about, in a sentence or two."},
      {.section = "instance",
       .key = "contact_email",
       .slot = &instance.contact_email,
       .help = "A mail address that everybody may see.",
       .check = checks::email},
      {.section = "instance",
       .key = "contact_account",
       .slot = &instance.contact_account,
       .help = "The local account to turn to, without @.",
       .check = checks::username},
      {.section = "instance",
       .key = "languages",
       .slot = &instance.languages,
       .help = "Languages spoken here, as codes.",
       .check = checks::language},
      {.section = "instance",
       .key = "rules",
       .slot = &instance.rules,
       .help = "The rules, one text each.",
       .check = checks::single_line},

      {.section = "limits",
       .key = "rate_limits",
       .slot = &limits.rate_limits,
       .help = "Limit attempts, such as to sign in, per account and address. Off only for tests and benchmarks."},
      {.section = "limits",
       .key = "memory",
       .slot = &limits.memory_bytes,
       .help =
           "Budget for what is kept in memory to save time; at present parsed keys, a thirty-second of it. The private "
           "database has its own.",
       .least = 32 * kMiB,
       .most = 1024 * kGiB},
      {.section = "limits",
       .key = "max_status_characters",
       .slot = &limits.max_status_characters,
       .help = "Longest status that may be written here.",
       .least = 1,
       .most = 100'000},
      {.section = "limits",
       .key = "max_body",
       .slot = &limits.max_body_bytes,
       .help = "Largest request body other than an upload.",
       .least = 16 * kKiB,
       .most = kGiB},
      {.section = "limits",
       .key = "spool_body",
       .slot = &limits.spool_body_bytes,
       .help = "Larger bodies wait in a file instead of in memory.",
       .least = kKiB,
       .most = kGiB},

      {.section = "registrations",
       .key = "mode",
       .slot = &registrations.mode,
       .help =
           "open: anyone. approval: anyone, once a moderator agrees. closed: only accounts made on the command line.",
       .choices = {"open", "approval", "closed"}},

      {.section = "delivery",
       .key = "concurrency",
       .slot = &delivery.concurrency,
       .help = "Deliveries in flight, all servers together.",
       .least = 1,
       .most = 4096},
      {.section = "delivery",
       .key = "per_host",
       .slot = &delivery.per_host,
       .help = "Deliveries in flight to one server; at most delivery.concurrency.",
       .least = 1,
       .most = 256},
      {.section = "delivery",
       .key = "timeout",
       .slot = &delivery.timeout,
       .help = "The longest one delivery may take, from connecting to the last byte of the answer.",
       .least = 0.1 * kSecond,
       .most = 5 * kMinute},
      {.section = "delivery",
       .key = "retry_scale",
       .slot = &delivery.retry_scale,
       .help = "Multiplies the pauses between attempts; tests use a small one.",
       .least = 0.0001,
       .most = 100},

      {.section = "log",
       .key = "level",
       .slot = &log.level,
       .help = "The least severe lines that are written.",
       .choices = {"debug", "info", "warn", "error", "off"}},
      {.section = "log",
       .key = "target",
       .slot = &log.target,
       .help = "Where lines go: stderr, or the path of a file.",
       .check = checks::log_target},
  };
}

}  // namespace dunlin::config
