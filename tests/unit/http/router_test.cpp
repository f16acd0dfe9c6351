#include "dunlin/http/router.hpp"

#include <catch2/catch.hpp>

using namespace dunlin::http;

namespace {

Router make_router() {
  Router router;
  router.add(Method::get, "/", 0);
  router.add(Method::get, "/api/v1/accounts/:id", 1);
  router.add(Method::get, "/api/v1/accounts/lookup", 2);
  router.add(Method::post, "/api/v1/accounts/:id/follow", 3);
  router.add(Method::patch, "/api/v1/accounts/update_credentials", 4);
  router.add(Method::delete_, "/api/v1/accounts/:id", 5);
  router.add(Method::get, "/@:username", 6);
  router.add(Method::get, "/@:username/:id", 7);
  router.add(Method::get, "/:page", 8);
  router.add(Method::put, "/both", 9);
  router.add(Method::patch, "/both", 10);
  router.add(Method::get, "/@:username", 99);  // a later table does not override
  return router;
}

}  // namespace

TEST_CASE("paths find their routes", "[http][router]") {
  const Router router = make_router();
  struct Row {
    Method method;
    const char* path;
    std::optional<std::size_t> index;
    PathParams params;
  };
  const Row rows[] = {
      {Method::get, "/", 0, {}},
      {Method::get, "/api/v1/accounts/42", 1, {{"id", "42"}}},
      {Method::get, "/api/v1/accounts/42/", 1, {{"id", "42"}}},
      {Method::head, "/api/v1/accounts/42", 1, {{"id", "42"}}},
      {Method::get, "/api/v1/accounts/lookup", 2, {}},
      {Method::post, "/api/v1/accounts/42/follow", 3, {{"id", "42"}}},
      {Method::put, "/api/v1/accounts/update_credentials", 4, {}},
      {Method::put, "/both", 9, {}},
      {Method::patch, "/both", 10, {}},
      // A literal that lacks the method gives way to a parameter that has it.
      {Method::delete_, "/api/v1/accounts/lookup", 5, {{"id", "lookup"}}},
      {Method::get, "/@alice", 6, {{"username", "alice"}}},
      {Method::get, "/@alice/7", 7, {{"username", "alice"}, {"id", "7"}}},
      {Method::get, "/@", 8, {{"page", "@"}}},
      {Method::get, "/caf%C3%A9", 8, {{"page", "café"}}},
      {Method::get, "/a%2Fb", 8, {{"page", "a/b"}}},
      {Method::get, "/%61pi/v1/accounts/1", 1, {{"id", "1"}}},
      {Method::get, "/api/v1/nothing", std::nullopt, {}},
      {Method::get, "/api//v1/accounts/42", std::nullopt, {}},
      {Method::get, "/%", std::nullopt, {}},
      {Method::get, "/%ff", std::nullopt, {}},
      {Method::get, "/%00", std::nullopt, {}},
      {Method::get, "", std::nullopt, {}},
      {Method::get, "*", std::nullopt, {}},
      {Method::get, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18", std::nullopt, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path, to_string(row.method));
    const auto match = router.match(row.method, row.path);
    CHECK(match.index == row.index);
    CHECK(match.params == row.params);
    if (!row.index) CHECK_FALSE(match.path_known);
  }
}

TEST_CASE("a known path under another method tells which methods it has", "[http][router]") {
  const auto match = make_router().match(Method::post, "/api/v1/accounts/42");
  CHECK_FALSE(match.index.has_value());
  CHECK(match.path_known);
  CHECK(match.allowed == std::vector{Method::get, Method::delete_});
}
