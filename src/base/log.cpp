#include "dunlin/base/log.hpp"

#include "dunlin/base/clock.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>

namespace dunlin::log {
namespace {

constexpr std::size_t kMaxValueBytes = 2000;

std::atomic<Level> least_level{Level::info};
thread_local std::string context;  // " key=value key=value"

std::unique_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink) {
  auto logger = std::make_unique<spdlog::logger>("dunlin", std::move(sink));
  logger->set_level(spdlog::level::trace);
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::trace);
  return logger;
}

std::unique_ptr<spdlog::logger>& logger() {
  static std::unique_ptr<spdlog::logger> instance = make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  return instance;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      break;
  }
  return "off";
}

bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7f;
}

/// No input can start a new line, forge a field or reach the terminal as a control sequence.
void append_escaped(std::string& out, std::string_view value) {
  const bool utf8 = text::is_valid_utf8(value);
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    const bool c1_control = c == 0xc2 && i + 1 < value.size() && static_cast<unsigned char>(value[i + 1]) < 0xa0;
    const bool line_separator = c == 0xe2 && (value.substr(i, 3) == "\u2028" || value.substr(i, 3) == "\u2029");
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += value[i];
    } else if (is_control(c) || (c >= 0x80 && !utf8) || c1_control || line_separator) {
      const std::size_t length = !utf8 || is_control(c) ? 1 : c1_control ? 2 : 3;
      for (const char byte : value.substr(i, length)) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
      }
      i += length - 1;
    } else {
      out += value[i];
    }
  }
}

void append_value(std::string& out, std::string_view value) {
  const bool cut = value.size() > kMaxValueBytes;
  if (cut) value = text::truncate_utf8(value, kMaxValueBytes);
  const std::size_t before = out.size();
  out += '"';
  append_escaped(out, value);
  if (cut) out += "...";
  const bool changed = out.size() != before + 1 + value.size();
  if (!changed && !value.empty() && value.find_first_of(" =") == std::string_view::npos) {
    out.erase(before, 1);
    return;
  }
  out += '"';
}

void append_field(std::string& out, std::string_view key, std::string_view value) {
  out += ' ';
  append_escaped(out, key);
  out += '=';
  append_value(out, value);
}

}  // namespace

void configure(Level least, const std::string& target) {
  least_level = least;
  if (target == "stderr") {
    logger() = make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  } else {
    logger() = make_logger(std::make_shared<spdlog::sinks::basic_file_sink_mt>(target));
  }
}

bool enabled(Level level) {
  return level >= least_level.load(std::memory_order_relaxed) && level != Level::off;
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  std::string line = format_iso8601(SystemClock{}.now());
  line += ' ';
  line += name_of(level);
  line += ' ';
  append_escaped(line, event);
  for (const Field& field : fields) append_field(line, field.key, field.value);
  line += context;
  logger()->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

Scope::Scope(std::string_view key, std::string_view value) : previous_length_(context.size()) {
  append_field(context, key, value);
}

Scope::~Scope() {
  context.resize(previous_length_);
}

}  // namespace dunlin::log
