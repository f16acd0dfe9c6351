#include "dunlin/http/params.hpp"

#include "header_value.hpp"
#include "multipart.hpp"
#include "parameter_tree.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/json/parse.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace dunlin::http {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxTextBytes = 4UL << 20U;

/// A spooled body as memory, read by the kernel as needed.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) throw std::system_error(errno, std::generic_category(), "spooled request body");
    struct stat info{};
    const bool known = ::fstat(file, &info) == 0;
    if (known && info.st_size > 0) {
      size_ = static_cast<std::size_t>(info.st_size);
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    }
    const int error = errno;
    ::close(file);
    if (!known || data_ == MAP_FAILED) throw std::system_error(error, std::generic_category(), "spooled request body");
  }
  ~MappedFile() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  [[nodiscard]] std::string_view view() const { return {static_cast<const char*>(data_), size_}; }
  /// What has been read need not stay in our memory: a large upload must not show in it.
  void forget(std::size_t offset, std::size_t size) const {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t first = (offset + page - 1) / page * page;
    const std::size_t end = std::min(offset + size, size_) / page * page;
    if (first < end) ::madvise(static_cast<char*>(data_) + first, end - first, MADV_DONTNEED);
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

Result<void> check_size(std::size_t bytes) {
  if (bytes > kMaxTextBytes) return fail(Errc::too_large, "The request is too large");
  return {};
}

Result<void> check_json_texts(const Json& node, std::size_t& count) {
  if (!node.is_structured() && ++count > kMaxParameters) return fail(Errc::bad_request, "Too many parameters");
  if (node.is_string()) return check_text(node.get_ref<const std::string&>());
  if (!node.is_structured()) return {};
  for (const auto& [key, child] : node.items()) {
    if (node.is_object()) TRY_VOID(check_text(key));
    TRY_VOID(check_json_texts(child, count));
  }
  return {};
}

Result<Json> parse_json_body(std::string_view body) {
  if (text::trim(body).empty()) return Json::object();
  // A parameter takes up to two parser events, its containers two more each.
  Json tree = TRY(json::parse(body, {.max_depth = kMaxParameterDepth, .max_nodes = 6 * kMaxParameters}));
  if (tree.is_null()) return Json::object();
  if (!tree.is_object()) return fail(Errc::bad_request, "The request body must be a JSON object");
  std::size_t count = 0;
  TRY_VOID(check_json_texts(tree, count));
  return tree;
}

Result<Json> parse_multipart_body(std::string_view body, const Request& request, const MappedFile* mapped,
                                  std::vector<FilePart>& files) {
  const std::string boundary = multipart_boundary(request.headers.get("Content-Type"));
  Json tree = Json::object();
  ParameterTree parameters(tree);
  std::size_t text_bytes = 0;
  ReadThrough read_through;
  if (mapped != nullptr) {
    read_through = [mapped](std::size_t offset, std::size_t size) { mapped->forget(offset, size); };
  }
  for (MultipartPart& part : TRY(parse_multipart(body, boundary, read_through))) {
    if (!part.is_file) {
      TRY_VOID(check_size(text_bytes += part.content.size()));
      TRY_VOID(parameters.add(part.name, std::string(part.content)));
    } else if (!part.filename.empty() || !part.content.empty()) {  // both empty: a file field left blank
      FilePart file{std::move(part.name), std::move(part.filename), std::move(part.content_type), {}, request.body_file,
                    part.offset,          part.content.size()};
      if (!file.spool) file.content = part.content;
      files.push_back(std::move(file));
    }
  }
  return tree;
}

Result<Json> parse_body(std::string_view body, const Request& request, const MappedFile* mapped,
                        std::vector<FilePart>& files) {
  if (body.empty()) return Json::object();
  const std::string type = media_type(request.headers.get("Content-Type"));
  if (type == "multipart/form-data") return parse_multipart_body(body, request, mapped, files);
  TRY_VOID(check_size(body.size()));
  if (type == "application/json") return parse_json_body(body);
  if (type != "application/x-www-form-urlencoded") {
    return fail(Errc::unsupported_media, "Unsupported content type", type);
  }
  Json tree = Json::object();
  TRY_VOID(ParameterTree(tree).add_form(body));
  return tree;
}

std::optional<std::string> scalar_text(const Json& node) {
  if (node.is_string()) return node.get<std::string>();
  if (node.is_boolean()) return node.get<bool>() ? "true" : "false";
  if (node.is_number()) return node.dump();
  return std::nullopt;
}

std::optional<bool> scalar_boolean(const Json* node) {
  if (node == nullptr) return std::nullopt;
  const auto text = scalar_text(*node);
  if (!text || text->empty()) return std::nullopt;
  static constexpr std::string_view kFalse[] = {"false", "0", "f", "F", "FALSE", "off", "OFF"};
  return std::ranges::find(kFalse, *text) == std::end(kFalse);
}

const Json* child(const Json* node, std::string_view name) {
  if (node == nullptr || !node->is_object()) return nullptr;
  const auto found = node->find(std::string(name));
  return found == node->end() || found->is_null() ? nullptr : &*found;
}

const Json* descend(const Json& tree, std::initializer_list<std::string_view> path) {
  const Json* node = &tree;
  for (const std::string_view step : path) node = child(node, step);
  return node;
}

/// The elements of an array, or of an object in order of its keys: numbers first, by value.
std::vector<const Json*> elements(const Json& node) {
  std::vector<const Json*> out;
  if (node.is_array()) {
    for (const Json& element : node) out.push_back(&element);
  }
  if (!node.is_object()) return out;
  using Place = std::pair<std::uint64_t, std::string_view>;
  std::vector<std::pair<Place, const Json*>> places;
  for (auto it = node.begin(); it != node.end(); ++it) {
    const std::string& key = it.key();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    const bool numeric = error == std::errc() && end == key.data() + key.size();
    places.push_back({Place{numeric ? number : UINT64_MAX, key}, &*it});
  }
  std::ranges::sort(places, {}, &std::pair<Place, const Json*>::first);
  for (const auto& [place, element] : places) out.push_back(element);
  return out;
}

}  // namespace

Params::Params() : tree_(std::make_unique<Json>(Json::object())) {}
Params::Params(const Json& tree) : tree_(std::make_unique<Json>(tree)) {}
Params::~Params() = default;
Params::Params(Params&&) noexcept = default;
Params& Params::operator=(Params&&) noexcept = default;

Result<Params> Params::parse_query(const Request& request) {
  Params params;
  TRY_VOID(ParameterTree(*params.tree_).add_form(request.query));
  return params;
}

Result<Params> Params::parse(const Request& request) {
  Params params = TRY(parse_query(request));
  std::optional<MappedFile> mapped;
  if (request.body_file) mapped.emplace(request.body_file->path());
  const Json body = TRY(parse_body(mapped ? mapped->view() : std::string_view(request.body), request,
                                   mapped ? &*mapped : nullptr, params.files_));
  params.tree_->update(body);
  if (params.tree_->size() > kMaxParameters) return fail(Errc::bad_request, "Too many parameters");
  return params;
}

bool Params::has(std::string_view name) const {
  return child(tree_.get(), name) != nullptr;
}

std::optional<std::string> Params::text(std::string_view name) const {
  return text_at({name});
}

Result<std::string> Params::required(std::string_view name) const {
  auto value = text(name);
  if (!value || text::trim(*value).empty()) {
    return fail(Errc::bad_request, "param is missing or the value is empty: " + std::string(name));
  }
  return *std::move(value);
}

std::optional<bool> Params::boolean(std::string_view name) const {
  return boolean_at({name});
}

std::optional<std::int64_t> Params::integer(std::string_view name) const {
  const Json* node = child(tree_.get(), name);
  if (node == nullptr) return std::nullopt;
  if (node->is_number_float()) {
    const double number = node->get<double>();
    // 2^53: above it a double does not tell neighbours apart.
    if (std::trunc(number) != number || std::abs(number) > 9007199254740992.0) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  const auto text = scalar_text(*node);
  if (!text) return std::nullopt;
  std::string_view digits = text::trim(*text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::vector<std::string> Params::list(std::string_view name) const {
  std::vector<std::string> out;
  const Json* node = child(tree_.get(), name);
  if (node == nullptr) return out;
  if (!node->is_structured()) {
    if (auto value = scalar_text(*node); value && !value->empty()) out.push_back(*std::move(value));
    return out;
  }
  for (const Json* element : elements(*node)) {
    if (auto value = scalar_text(*element)) out.push_back(*std::move(value));
  }
  return out;
}

std::optional<std::string> Params::text_at(std::initializer_list<std::string_view> path) const {
  const Json* node = descend(*tree_, path);
  return node != nullptr ? scalar_text(*node) : std::nullopt;
}

std::optional<bool> Params::boolean_at(std::initializer_list<std::string_view> path) const {
  return scalar_boolean(descend(*tree_, path));
}

std::optional<Params> Params::object(std::string_view name) const {
  const Json* node = child(tree_.get(), name);
  if (node == nullptr || !node->is_object()) return std::nullopt;
  return Params(*node);
}

std::vector<Params> Params::objects(std::string_view name) const {
  std::vector<Params> out;
  const Json* node = child(tree_.get(), name);
  if (node == nullptr) return out;
  for (const Json* element : elements(*node)) {
    if (element->is_object()) out.push_back(Params(*element));
  }
  return out;
}

}  // namespace dunlin::http
