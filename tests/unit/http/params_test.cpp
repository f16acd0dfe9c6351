#include "dunlin/http/params.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace dunlin;
using http::Params;

namespace {

http::Request request_with(std::string query, std::string content_type = {}, std::string body = {}) {
  http::Request request;
  request.method = body.empty() ? http::Method::get : http::Method::post;
  request.path = "/api/v1/x";
  request.query = std::move(query);
  if (!content_type.empty()) request.headers.add("Content-Type", std::move(content_type));
  request.body = std::move(body);
  return request;
}

constexpr const char* kForm = "application/x-www-form-urlencoded";

std::string tree_of(const http::Request& request) {
  const auto params = Params::parse(request);
  return params ? params->tree().dump() : "error: " + params.error().message;
}

std::string multipart(std::string_view parts) {
  std::string out;
  for (const char c : parts) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

}  // namespace

TEST_CASE("form names nest as Rails reads them", "[http][params]") {
  struct Row {
    const char* form;
    const char* tree;
  };
  const Row rows[] = {
      {"", "{}"},
      {"a=1&b=x+y&c=%C3%A9", R"({"a":"1","b":"x y","c":"é"})"},
      {"a=1&a=2", R"({"a":"2"})"},
      {"a&b=&=c&&", R"({"a":"","b":""})"},
      {"ids[]=1&ids[]=2", R"({"ids":["1","2"]})"},
      {"ids%5B%5D=1", R"({"ids":["1"]})"},
      {"poll[options][]=a&poll[options][]=b&poll[expires_in]=300",
       R"({"poll":{"expires_in":"300","options":["a","b"]}})"},
      {"f[0][name]=a&f[0][value]=b&f[1][name]=c", R"({"f":{"0":{"name":"a","value":"b"},"1":{"name":"c"}}})"},
      {"m[][id]=1&m[][focus]=x&m[][id]=2", R"({"m":[{"focus":"x","id":"1"},{"id":"2"}]})"},
      {"m[][ids][]=1&m[][ids][]=2&m[][k]=3&m[][k]=4", R"({"m":[{"ids":["1","2"],"k":"3"},{"k":"4"}]})"},
      {"m[][a][b]=1&m[][a][c]=2&m[][a][b]=3", R"({"m":[{"a":{"b":"1","c":"2"}},{"a":{"b":"3"}}]})"},
      {"a=1&a[b]=2", R"({"a":{"b":"2"}})"},
      {"a[b]=2&a=1", R"({"a":"1"})"},
      {"a[b=1&c]d=2&[x]=3", R"({"[x]":"3","a[b":"1","c]d":"2"})"},
      {"a[b[c]]=1", R"({"a[b[c]]":"1"})"},
      {"a=%", "error: Invalid percent-encoding in the request"},
      {"a=%zz", "error: Invalid percent-encoding in the request"},
      {"a=%ff", "error: Invalid UTF-8 in the request"},
      {"a%c3=1", "error: Invalid UTF-8 in the request"},
      {"a=%00", "error: Invalid character in the request"},
      {"a[b][c][d][e][f][g][h]=1", R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":"1"}}}}}}}})"},
      {"a[b][c][d][e][f][g][h][i]=1", "error: Parameters are nested too deep"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.form);
    CHECK(tree_of(request_with(row.form)) == row.tree);
    if (*row.form != '\0') CHECK(tree_of(request_with("", kForm, row.form)) == row.tree);
  }
}

TEST_CASE("the body wins over the query, name by name", "[http][params]") {
  CHECK(tree_of(request_with("a=1&b[]=2&c=3", kForm, "a=9&b[]=8")) == R"({"a":"9","b":["8"],"c":"3"})");
  CHECK(tree_of(request_with("a=1", "application/json; charset=utf-8", R"({"a":{"x":true}})")) ==
        R"({"a":{"x":true}})");
}

TEST_CASE("a body counts for every method", "[http][params]") {
  http::Request request = request_with("", kForm, "domain=x.example");
  request.method = http::Method::delete_;
  CHECK(Params::parse(request)->text("domain") == "x.example");
}

TEST_CASE("JSON bodies are objects within limits", "[http][params]") {
  const auto json = [](std::string body) { return tree_of(request_with("", "application/json", std::move(body))); };
  CHECK(json(R"({"status":"hi","media_ids":["1"],"n":5})") == R"({"media_ids":["1"],"n":5,"status":"hi"})");
  CHECK(json("  ") == "{}");
  CHECK(json("null") == "{}");
  CHECK(json("[1]") == "error: The request body must be a JSON object");
  CHECK(json("{") == "error: The request body is not valid JSON");
  CHECK(json("{\"a\":\"\xff\"}") == "error: The request body is not valid JSON");
  CHECK(json(R"({"a":"\u0000"})") == "error: Invalid character in the request");
  CHECK(json(R"({"a\u0000":1})") == "error: Invalid character in the request");
  CHECK(json(std::string(40, '[')) == "error: The request body is not acceptable JSON");
  std::string many = "{\"a\":[0";
  for (int i = 0; i < 1000; ++i) many += ",1";
  CHECK(json(many + "]}") == "error: Too many parameters");
}

TEST_CASE("too many parameters are refused", "[http][params]") {
  std::string form;
  for (int i = 0; i < 1000; ++i) form += "a[]=1&";
  CHECK(Params::parse(request_with(form)).has_value());
  CHECK(tree_of(request_with(form + "a[]=1")) == "error: Too many parameters");
}

TEST_CASE("a body of an unknown type is refused, an empty one is not", "[http][params]") {
  CHECK(Params::parse(request_with("", "text/plain")).has_value());
  const auto refused = Params::parse(request_with("", "text/plain", "x"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::unsupported_media);
  CHECK(Params::parse(request_with("", "", "x")).error().code == Errc::unsupported_media);
  CHECK(Params::parse(request_with("", kForm, std::string((4 << 20) + 1, 'x'))).error().code == Errc::too_large);
}

TEST_CASE("booleans, numbers and lists are read as Mastodon reads them", "[http][params]") {
  for (const char* no : {"false", "0", "f", "F", "FALSE", "off", "OFF"}) {
    CHECK(Params::parse(request_with("x=" + std::string(no)))->boolean("x") == false);
  }
  for (const char* yes : {"true", "1", "on", "no", "False"}) {
    CHECK(Params::parse(request_with("x=" + std::string(yes)))->boolean("x") == true);
  }
  const auto form =
      *Params::parse(request_with("e=&l[2]=c&l[10]=d&l[0]=a&one=7&neg=-5&plus=%2B3&f=1.5&big=99999999999999999999"));
  CHECK(form.boolean("e") == std::nullopt);
  CHECK(form.boolean("absent") == std::nullopt);
  CHECK(form.text("e") == "");
  CHECK(form.list("l") == std::vector<std::string>{"a", "c", "d"});
  CHECK(form.list("one") == std::vector<std::string>{"7"});
  CHECK(form.list("e").empty());
  CHECK(form.integer("one") == 7);
  CHECK(form.integer("neg") == -5);
  CHECK(form.integer("plus") == 3);
  CHECK(form.integer("f") == std::nullopt);
  CHECK(form.integer("big") == std::nullopt);
  CHECK(form.required("e").error().message == "param is missing or the value is empty: e");
  CHECK(form.required("one") == "7");

  const auto json = *Params::parse(request_with(
      "", "application/json",
      R"({"f":false,"z":0,"n":null,"d":5.0,"h":5.5,"l":[1,"b",true,null,{}],"s":{"privacy":"private","on":true},
          "o":{"10":{"name":"b"},"9":{"name":"a"},"x":3}})"));
  CHECK(json.boolean("f") == false);
  CHECK(json.boolean("z") == false);
  CHECK_FALSE(json.has("n"));
  CHECK(json.has("f"));
  CHECK(json.text("n") == std::nullopt);
  CHECK(json.text("f") == "false");
  CHECK(json.integer("d") == 5);
  CHECK(json.integer("h") == std::nullopt);
  CHECK(json.list("l") == std::vector<std::string>{"1", "b", "true"});
  CHECK(json.text_at({"s", "privacy"}) == "private");
  CHECK(json.boolean_at({"s", "on"}) == true);
  CHECK(json.text_at({"s", "privacy", "deeper"}) == std::nullopt);
  const auto objects = json.objects("o");
  REQUIRE(objects.size() == 2);
  CHECK(objects[0].text("name") == "a");
  CHECK(objects[1].text("name") == "b");
}

TEST_CASE("multipart bodies give fields and files", "[http][multipart]") {
  const std::string body = multipart(
      "--B\nContent-Disposition: form-data; name=\"status\"\n\nhello\nworld\n"
      "--B\ncontent-disposition: FORM-DATA; name=\"ids[]\"\n\n1\n"
      "--B\nContent-Disposition: form-data; name=\"empty\"\n\n\n"
      "--B\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a \\\"b\\\".png\"\nContent-Type: image/png\n\n"
      "-- --B\n\n"
      "--B\nContent-Disposition: form-data; name=\"header\"; filename=\"\"\n\n\n"
      "--B--\n");
  const std::string type = "multipart/form-data; charset=utf-8; boundary=\"B\"";

  SECTION("in memory") {
    const auto params = Params::parse(request_with("", type, body));
    REQUIRE(params.has_value());
    CHECK(params->tree().dump() == R"({"empty":"","ids":["1"],"status":"hello\r\nworld"})");
    REQUIRE(params->files().size() == 1);
    const http::FilePart& file = params->files()[0];
    CHECK(file.name == "avatar");
    CHECK(file.filename == "a \"b\".png");
    CHECK(file.content_type == "image/png");
    CHECK(file.content == "-- --B\r\n");
    CHECK(file.size == 8);
  }
  SECTION("spooled, the file part is a slice of the spool file") {
    const auto path = std::filesystem::temp_directory_path() / ("dunlin-params-" + std::to_string(::getpid()));
    std::ofstream(path, std::ios::binary) << body;
    http::Request request = request_with("", type);
    request.body_file = std::make_shared<http::TemporaryFile>(path);
    const auto params = Params::parse(request);
    REQUIRE(params.has_value());
    CHECK(params->text("status") == "hello\r\nworld");
    REQUIRE(params->files().size() == 1);
    const http::FilePart& file = params->files()[0];
    CHECK(file.content.empty());
    CHECK(file.spool == request.body_file);
    CHECK(body.substr(file.offset, file.size) == "-- --B\r\n");
  }
}

TEST_CASE("malformed multipart bodies are refused", "[http][multipart]") {
  const std::string good = multipart("--B\nContent-Disposition: form-data; name=\"a\"\n\n1\n--B--\n");
  const auto parse = [](const std::string& body, const char* type = "multipart/form-data; boundary=B") {
    return Params::parse(request_with("", type, body));
  };
  REQUIRE(parse(good).has_value());
  // Every cut before the closing delimiter is an error, and none reads out of bounds (the sanitizer builds watch).
  for (std::size_t length = 1; length < good.size() - 2; ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse(good.substr(0, length)).has_value());
  }
  CHECK_FALSE(parse(good, "multipart/form-data").has_value());
  CHECK_FALSE(parse(good, "multipart/form-data; boundary=").has_value());
  CHECK_FALSE(parse(good, "multipart/form-data; boundary=\"B").has_value());
  CHECK_FALSE(parse(good, "multipart/form-data; boundary=C").has_value());
  CHECK_FALSE(parse("preamble\r\n" + good).has_value());
  CHECK_FALSE(parse(multipart("--B\nContent-Disposition: form-data\n\n1\n--B--\n")).has_value());
  CHECK_FALSE(parse(multipart("--B\nContent-Disposition: attachment; name=\"a\"\n\n1\n--B--\n")).has_value());
  CHECK_FALSE(parse(multipart("--B\nno colon\n\n1\n--B--\n")).has_value());
  CHECK_FALSE(parse(multipart("--B\nX: " + std::string(9000, 'x') + "\n\n1\n--B--\n")).has_value());
  CHECK(parse(multipart("--B--\n")).has_value());
}

TEST_CASE("mutated multipart and form bodies never crash the parsers", "[http][multipart][fuzz]") {
  const std::string seed = multipart(
      "--B\nContent-Disposition: form-data; name=\"a[b][]\"; filename=\"x\\\"\"\nContent-Type: t/p; q=\"1\"\n\n1\n"
      "--B\nContent-Disposition: form-data; name=\"c\"\n\n--B\r\n--B--\n");
  const std::string form = "a[b][]=1&a[b][][c]=2&d%5B%5D=%C3%A9&e[0][x]=+%20";
  std::uint32_t state = 12345;
  const auto next = [&](std::size_t bound) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::size_t>(state >> 8U) % bound;
  };
  static constexpr std::string_view kBytes =
      "\r\n-B\"\\;:=[]&%+ \0\xff"
      "aZ0";
  for (int round = 0; round < 20'000; ++round) {
    std::string body = round % 2 == 0 ? seed : form;
    for (std::size_t i = 0; i <= next(6); ++i) {
      const std::size_t at = next(body.size());
      switch (next(3)) {
        case 0:
          body[at] = kBytes[next(kBytes.size())];
          break;
        case 1:
          body.erase(at, next(8));
          break;
        default:
          body.insert(at, body.substr(next(body.size()), next(12)));
      }
      if (body.empty()) body = "-";
    }
    const char* type = round % 2 == 0 ? "multipart/form-data; boundary=B" : kForm;
    const auto params = Params::parse(request_with("", type, body));
    if (params) CHECK_NOTHROW(params->tree().dump());
  }
}
