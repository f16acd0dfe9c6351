#include "commands.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/trends.hpp"

#include <fmt/core.h>

#include <map>
#include <memory>
#include <string>

namespace dunlin::daemon::commands {

namespace {

constexpr int kListed = 40;

const std::map<std::string, store::ReviewKind, std::less<>>& kinds() {
  static const std::map<std::string, store::ReviewKind, std::less<>> kKinds{{"tag", store::ReviewKind::tag},
                                                                            {"link", store::ReviewKind::link},
                                                                            {"publisher", store::ReviewKind::publisher},
                                                                            {"status", store::ReviewKind::status},
                                                                            {"author", store::ReviewKind::author}};
  return kKinds;
}

Result<void> print_trends(db::Tx& tx) {
  const store::TrendQuery query{.limit = kListed};
  for (const auto& tag : store::list_trending_tags(tx, query)) fmt::print("tag {}\n", tag.name);
  for (const auto& card : store::list_trending_cards(tx, query)) fmt::print("link {} {}\n", card.url, card.title);
  for (const auto id : store::list_trending_statuses(tx, std::nullopt, query)) {
    if (const auto status = store::find_status(tx, id)) fmt::print("status {}\n", status->uri);
  }
  return {};
}

struct Review {
  std::string kind;
  std::string subject;
};

Result<void> review(db::Tx& tx, const Review& review, bool allowed) {
  const auto kind = kinds().find(review.kind);
  if (kind == kinds().end()) {
    return fail(Errc::invalid, fmt::format("\"{}\" must be one of tag, link, publisher, status, author", review.kind));
  }
  const bool is_tag = kind->second == store::ReviewKind::tag;
  store::review_trend(tx, kind->second, is_tag ? text::fold_hashtag(review.subject) : review.subject, allowed);
  fmt::print("{} {} is {}\n", review.kind, review.subject, allowed ? "approved" : "rejected");
  return {};
}

}  // namespace

void add_trend(CLI::App& app, Invocation& invocation) {
  auto* trend = app.add_subcommand("trend", "What trends, and what may");
  trend->require_subcommand(1);
  invocation.when(*trend->add_subcommand("list", "What trends now and was not rejected"),
                  [](Core& core) { return core.new_session()->read(&print_trends); });
  const auto add = [&](const char* name, const char* help, bool allowed) {
    auto given = std::make_shared<Review>();
    auto* command = trend->add_subcommand(name, help);
    command->add_option("kind", given->kind, "tag, link, publisher, status or author")->required();
    command
        ->add_option("subject", given->subject,
                     "a tag's name, an address, a publisher's host, a status' or author's uri")
        ->required();
    invocation.when(*command, [given, allowed](Core& core) {
      return core.new_session()->write([&](db::Tx& tx) { return review(tx, *given, allowed); });
    });
  };
  add("approve", "Let it trend, now and later", true);
  add("reject", "Never let it trend", false);
}

}  // namespace dunlin::daemon::commands
