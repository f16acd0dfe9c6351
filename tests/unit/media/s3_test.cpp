#include "dunlin/media/s3.hpp"

#include "support/samples.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace dunlin;
using namespace dunlin::media;

namespace {

class StillClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    using namespace std::chrono;
    return Time(sys_days{year{2013} / 5 / 24});
  }
};

S3Options options() {
  return {.endpoint = "https://s3.example.net",
          .region = "us-east-1",
          .bucket = "birds",
          .access_key = "AKIAIOSFODNN7EXAMPLE",
          .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
}

std::string field(const ObjectRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

/// Answers from a list, remembers what it was asked.
struct Scripted final : ObjectTransport {
  std::vector<Result<ObjectResponse>> answers;
  std::vector<ObjectRequest> asked;
  Result<ObjectResponse> exchange(ObjectRequest request) override {
    asked.push_back(std::move(request));
    if (answers.empty()) return ObjectResponse{.status = 200, .headers = {}, .body = {}};
    auto answer = answers.front();
    answers.erase(answers.begin());
    return answer;
  }
  void answer(int status, std::string body = {}, HeaderFields headers = {}) {
    answers.emplace_back(ObjectResponse{.status = status, .headers = std::move(headers), .body = std::move(body)});
  }
};

constexpr const char* kKey = "ba7816bf8f01cfea414140de5dae2223b00361a3.png";

}  // namespace

TEST_CASE("requests are signed as AWS's own example", "[media][s3]") {
  // Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters", the example GET.
  auto example = options();
  CHECK(sigv4::presign("https://examplebucket.s3.amazonaws.com/test.txt", example, StillClock().now(),
                       std::chrono::seconds(86400))
            .ends_with("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
  ObjectRequest request{.method = "GET", .url = "https://examplebucket.s3.amazonaws.com/?prefix=J&max-keys=2"};
  sigv4::sign(request, example, StillClock().now());
  // The same reference, "GET Bucket (List Objects)".
  CHECK(field(request, "Authorization") ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("a file is put, and a large one in parts that are given up when one fails", "[media][s3]") {
  const test::Samples samples;
  const StillClock clock;
  Scripted transport;
  S3Storage storage(options(), clock, transport);
  const auto small = samples.bytes("abc", "small");
  REQUIRE(storage.put(kKey, small));
  CHECK(transport.asked[0].method == "PUT");
  CHECK(transport.asked[0].url == "https://s3.example.net/birds/" + std::string(kKey));
  CHECK(*transport.asked[0].body == "abc");
  CHECK(field(transport.asked[0], "Content-Type") == "image/png");

  const auto large = samples.bytes(std::string((8UL << 20U) + 5, 'x'), "large");
  transport.asked.clear();
  transport.answer(200, "<R><UploadId>a&amp;b</UploadId></R>");
  transport.answer(200, "", {{"etag", "\"1\""}});
  transport.answer(200, "", {{"ETag", "\"2\""}});
  REQUIRE(storage.put(kKey, large));
  REQUIRE(transport.asked.size() == 4);
  CHECK(transport.asked[2].url.ends_with("?partNumber=2&uploadId=a%26b"));
  CHECK(transport.asked[2].body->size() == 5);
  CHECK(transport.asked[3].body->contains("<PartNumber>2</PartNumber><ETag>&quot;2&quot;</ETag>"));

  transport.asked.clear();
  transport.answer(200, "<R><UploadId>u</UploadId></R>");
  transport.answer(403);
  CHECK(storage.put(kKey, large).error().code == Errc::unavailable);
  CHECK(transport.asked.back().method == "DELETE");
}

TEST_CASE("the bucket is a part of the path, or of the host's name", "[media][s3]") {
  const test::Samples samples;
  const StillClock clock;
  Scripted transport;
  auto named = options();
  named.path_style = false;
  S3Storage storage(named, clock, transport);
  REQUIRE(storage.put(kKey, samples.bytes("abc", "small")));
  CHECK(transport.asked[0].url == "https://birds.s3.example.net/" + std::string(kKey));
  REQUIRE(storage.list([](std::string_view, std::uint64_t) {}));
  CHECK(transport.asked[1].url == "https://birds.s3.example.net/?list-type=2&max-keys=1000");
  CHECK(
      storage.public_url(kKey)->starts_with("https://birds.s3.example.net/" + std::string(kKey) + "?X-Amz-Algorithm="));
}

TEST_CASE("a removal of which nobody knows whether it happens is told apart from one that failed", "[media][s3]") {
  const StillClock clock;
  Scripted transport;
  S3Storage storage(options(), clock, transport);
  const auto code_after = [&](const std::vector<Errc>& unheard) {
    for (const auto code : unheard) transport.answers.emplace_back(fail(code, "", "no answer"));
    return storage.remove(kKey).error().code;
  };
  CHECK(code_after({Errc::unavailable, Errc::unavailable}) == Errc::unavailable);
  CHECK(code_after({Errc::remote_failed, Errc::unavailable}) == Errc::remote_failed);
  transport.answer(500);
  CHECK(code_after({Errc::unavailable}) == Errc::remote_failed);
  transport.answer(403);
  CHECK(storage.remove(kKey).error().code == Errc::unavailable);
  transport.answers.assign(2, fail(Errc::remote_failed, "", "timeout"));
  CHECK(storage.size(kKey).error().code == Errc::unavailable);  // for who reads it is all the same
}

TEST_CASE("a store that is not well is asked twice, then the caller is told", "[media][s3]") {
  const test::Samples samples;
  const StillClock clock;
  Scripted transport;
  S3Storage storage(options(), clock, transport);
  transport.answer(503);
  transport.answer(200);
  CHECK(storage.remove(kKey));
  transport.answers.emplace_back(fail(Errc::unavailable, "", "refused"));
  transport.answers.emplace_back(fail(Errc::unavailable, "", "refused"));
  CHECK(storage.remove(kKey).error().code == Errc::unavailable);
  transport.answer(404);
  CHECK(storage.get(kKey, samples.folder()).error().code == Errc::not_found);
  transport.answer(404);
  CHECK(storage.remove(kKey));
}

TEST_CASE("of an object no more is asked for than is wanted", "[media][s3]") {
  const test::Samples samples;
  const StillClock clock;
  Scripted store;
  S3Storage storage(options(), clock, store);
  store.answer(200, {}, {{"Content-Length", "9000000"}});
  CHECK(storage.size(kKey).value() == 9'000'000);
  CHECK(store.asked.back().method == "HEAD");
  store.answer(404);
  CHECK(storage.size(kKey).error().code == Errc::not_found);

  store.answer(206, "cde");
  const auto part = storage.get_part(kKey, 2, 3, samples.folder());
  REQUIRE(part);
  CHECK(test::Samples::read(*part) == "cde");
  CHECK(field(store.asked.back(), "Range") == "bytes=2-4");
  // Of a large part a piece at a time.
  const std::size_t piece = 8UL << 20U;
  store.answer(206, std::string(piece, 'a'));
  store.answer(206, "bb");
  const auto large = storage.get_part(kKey, 1, piece + 2, samples.folder());
  REQUIRE(large);
  CHECK(std::filesystem::file_size(*large) == piece + 2);
  CHECK(field(store.asked.back(), "Range") == "bytes=8388609-8388610");
  store.answer(206, "short");
  CHECK(storage.get_part(kKey, 0, 10, samples.folder()).error().code == Errc::unavailable);
  store.answer(404);
  CHECK(storage.get_part(kKey, 0, 10, samples.folder()).error().code == Errc::not_found);
}

TEST_CASE("a bucket is listed page by page", "[media][s3]") {
  const StillClock clock;
  Scripted transport;
  S3Storage storage(options(), clock, transport);
  transport.answer(
      200,
      "<L><IsTruncated>true</IsTruncated><Contents><Key>a.png</Key><Size>5</Size></Contents>"
      "<Contents><Key>b&amp;.png</Key><Size>6</Size></Contents><NextContinuationToken>t/1</NextContinuationToken></L>");
  transport.answer(200, "<L><IsTruncated>false</IsTruncated><Contents><Key>c.png</Key><Size>7</Size></Contents></L>");
  std::map<std::string, std::uint64_t, std::less<>> found;
  REQUIRE(storage.list([&](std::string_view key, std::uint64_t bytes) { found.emplace(key, bytes); }));
  CHECK(found == std::map<std::string, std::uint64_t, std::less<>>{{"a.png", 5}, {"b&.png", 6}, {"c.png", 7}});
  CHECK(transport.asked[1].url.contains("continuation-token=t%2F1"));
}

TEST_CASE("addresses for others stay the same for an hour, and are given only when wanted", "[media][s3]") {
  const StillClock clock;
  Scripted transport;
  auto hidden = options();
  hidden.redirect = false;
  hidden.path_style = false;
  CHECK_FALSE(S3Storage(hidden, clock, transport).public_url(kKey));
  auto hosted = options();
  hosted.path_style = false;
  const auto url = S3Storage(hosted, clock, transport).public_url(kKey);
  REQUIRE(url);
  CHECK(url->starts_with("https://birds.s3.example.net/" + std::string(kKey) + "?X-Amz-Algorithm=AWS4-HMAC-SHA256"));
  CHECK(S3Storage(hosted, clock, transport).public_url(kKey) == url);
}
