#include "dunlin/http/file_body.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <tuple>

using namespace dunlin::http;
using Kind = ByteRange::Kind;

TEST_CASE("one range of bytes is read in each of its forms", "[http][range]") {
  const auto read = [](const char* field) {
    const auto range = parse_range(field, 100);
    return std::tuple{range.kind, range.first, range.count};
  };
  CHECK(read("bytes=0-1") == std::tuple{Kind::part, 0U, 2U});
  CHECK(read("bytes=10-") == std::tuple{Kind::part, 10U, 90U});
  CHECK(read("Bytes= 99 - 99 ") == std::tuple{Kind::part, 99U, 1U});
  CHECK(read("bytes=90-1000") == std::tuple{Kind::part, 90U, 10U});
  CHECK(read("bytes=-30") == std::tuple{Kind::part, 70U, 30U});
  CHECK(read("bytes=-300") == std::tuple{Kind::part, 0U, 100U});
  CHECK(read("bytes=0-99999999999999999999999") == std::tuple{Kind::part, 0U, 100U});
}

TEST_CASE("a range outside of the file is not satisfiable, nonsense asks for all", "[http][range]") {
  for (const char* field : {"bytes=100-", "bytes=200-300", "bytes=-0"}) {
    INFO(field);
    CHECK(parse_range(field, 100).kind == Kind::unsatisfiable);
  }
  CHECK(parse_range("bytes=0-", 0).kind == Kind::unsatisfiable);
  for (const char* field : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "items=0-1", "bytes=0-1,5-6",
                            "bytes=1-x", "bytes=--1"}) {
    INFO(field);
    CHECK(parse_range(field, 100).kind == Kind::whole);
  }
}

TEST_CASE("a file body is the file or a part of it, also after its removal", "[http]") {
  const auto path = std::filesystem::temp_directory_path() / ("dunlin-file-body-" + std::to_string(getpid()));
  std::ofstream(path) << "0123456789";
  const auto body = FileBody::open(path);
  REQUIRE(body);
  std::filesystem::remove(path);
  CHECK((*body)->size() == 10);
  (*body)->narrow(4, 100);
  CHECK((*body)->offset() == 4);
  CHECK((*body)->size() == 6);
  (*body)->narrow(1, 2);
  char bytes[2] = {};
  CHECK(pread((*body)->descriptor(), bytes, 2, static_cast<off_t>((*body)->offset())) == 2);
  CHECK(std::string_view(bytes, 2) == "56");
  CHECK(FileBody::open(path).error().code == dunlin::Errc::not_found);
}
