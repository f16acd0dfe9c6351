#include "db/api/sight_model.hpp"
#include "support/api_client.hpp"

#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace dunlin;
using test::Api;
using test::Client;
using test::SightModel;
using test::World;
using Ids = std::vector<std::string>;
using Json = nlohmann::json;
using Visibility = model::Visibility;

namespace {

/// Random people who do random things, in the program and in the model alike.
class RandomWorld {
 public:
  explicit RandomWorld(unsigned seed) : random_(seed) {
    for (const auto* name : {"anna", "ben", "cleo"}) add(world.local_account(name));
    for (const auto* name : {"dora", "emil"}) add(world.remote_account(name, "one.example"));
    add(world.remote_account("fred", "two.example"));
    for (int i = 0; i < 25; ++i) relate();
    for (int i = 0; i < 45; ++i) publish();
    for (int i = 0; i < 20; ++i) favourite(pick_reader(), pick_post());
    for (int i = 0; i < 12; ++i) relate();
    while (!model.posts.empty() && below(3) == 0) remove(pick_post());
    if (below(2) == 0) suspend(pick());
    make_lists();
  }

  World world;
  Api api{world};
  SightModel model;
  std::vector<model::Account> people;
  std::vector<model::Account> readers() const { return {people.begin(), people.begin() + 3}; }

 private:
  int below(int n) { return std::uniform_int_distribution(0, n - 1)(random_); }
  const model::Account& pick() { return people[static_cast<std::size_t>(below(static_cast<int>(people.size())))]; }
  const model::Account& pick_reader() { return people[static_cast<std::size_t>(below(3))]; }
  const model::Status& pick_post() { return posts_[static_cast<std::size_t>(below(static_cast<int>(posts_.size())))]; }

  void add(model::Account account) {
    model.people[account.id.str()] = {.domain = account.domain};
    people.push_back(std::move(account));
  }

  void relate() {
    const auto& who = pick();
    const auto& other = pick();
    if (who.id == other.id) return;
    const SightModel::Pair pair{who.id.str(), other.id.str()};
    switch (below(12)) {
      case 0:
        world.block(who, other);
        model.blocks.insert(pair);
        return;
      case 1:
        if (model.mutes.contains(pair)) return;
        world.mute(who, other);
        model.mutes.insert(pair);
        return;
      case 2: {
        const auto& reader = pick_reader();
        const std::string domain = below(2) == 0 ? "one.example" : "two.example";
        if (below(3) == 0) block_domain(reader, domain);
        return;
      }
      case 3: {
        const auto& reader = pick_reader();
        const std::string tag = below(2) == 0 ? "birds" : "lakes";
        Client(api, reader).post("/api/v1/tags/" + tag + "/follow");
        model.followed_tags.insert({reader.id.str(), tag});
        return;
      }
      case 4:
        if (below(4) != 0) return;
        world.db.run("UPDATE accounts SET silenced_at = now() WHERE id = " + other.id.str());
        model.people.at(other.id.str()).silenced = true;
        return;
      default:
        follow(who, other);
    }
  }

  void block_domain(const model::Account& reader, const std::string& domain) {
    // Its job has not run yet: follows are still there.
    Client(api, reader).post("/api/v1/domain_blocks", {{"domain", domain}});
    model.domain_blocks.insert({reader.id.str(), domain});
  }

  void follow(const model::Account& who, const model::Account& other) {
    SightModel::Follow follow{.reblogs = below(4) != 0};
    if (below(4) == 0) follow.languages = {"de"};
    test::FollowOptions options{.show_reblogs = follow.reblogs};
    if (!follow.languages.empty()) options.languages = {"de"};
    world.follow(who, other, options);
    model.follows[{who.id.str(), other.id.str()}] = follow;
  }

  void publish() {
    const auto& author = pick();
    if (!posts_.empty() && below(4) == 0) return reblog(author);
    test::StatusOptions options{.visibility = static_cast<Visibility>(below(4))};
    SightModel::Post post{.id = {}, .author = author.id.str(), .visibility = options.visibility};
    if (!posts_.empty() && below(3) == 0) {
      options.reply_to = pick_post();
      post.answered = options.reply_to->account_id.str();
    } else if (below(12) == 0) {
      options.reply_to_uri = "https://nowhere.example/" + std::to_string(posts_.size());
      post.is_orphan = true;
    }
    if (below(3) == 0) {
      const auto& mentioned = pick();
      options.mentions = {mentioned};
      post.mentions = {mentioned.id.str()};
    }
    if (below(3) == 0) {
      options.tags = {below(2) == 0 ? "Birds" : "lakes"};
      post.tags = {options.tags[0] == "Birds" ? "birds" : "lakes"};
    }
    if (below(2) == 0) post.language = options.language = below(2) == 0 ? "de" : "en";
    remember(world.status(author, options), std::move(post));
  }

  void reblog(const model::Account& who) {
    const auto original = pick_post();
    if (model.posts.at(original.id.str()).deleted || !reblogged_.insert({who.id.str(), original.id.str()}).second)
      return;
    const auto visibility = static_cast<Visibility>(below(3));
    SightModel::Post post{.id = {}, .author = who.id.str(), .visibility = visibility, .original = original.id.str()};
    const auto wrapper = world.reblog(who, original, visibility);
    post.id = wrapper.id.str();
    post.local = who.is_local();
    model.posts[post.id] = std::move(post);
  }

  void favourite(const model::Account& who, const model::Status& status) {
    auto& favourites = model.favourites[who.id.str()];
    if (std::ranges::find(favourites, status.id.str()) != favourites.end()) return;
    world.favourite(who, status);
    favourites.insert(favourites.begin(), status.id.str());
  }

  void remember(model::Status status, SightModel::Post post) {
    post.id = status.id.str();
    post.local = status.local;
    post.has_media = below(4) == 0;
    // 1: Part::media; what is attached is not what the timelines look at.
    if (post.has_media) world.db.run("UPDATE statuses SET parts = 1 WHERE id = " + post.id);
    model.posts[post.id] = std::move(post);
    posts_.push_back(std::move(status));
  }

  void remove(const model::Status& status) {
    world.write([&](db::Tx& tx) { store::delete_status(tx, status); });
    for (auto& [id, post] : model.posts) {
      if (id == status.id.str() || post.original == status.id.str()) post.deleted = true;
    }
  }

  void suspend(const model::Account& account) {
    if (account.is_local()) return;  // a reader who is asked below
    world.suspend(account);
    model.people.at(account.id.str()).suspended = true;
  }

  void make_lists() {
    for (const auto& reader : readers()) {
      const Client client(api, reader);
      for (const std::string policy : {"list", "followed", "none"}) {
        SightModel::List list{.owner = reader.id.str(), .policy = policy, .exclusive = below(4) == 0};
        const auto made = client.post("/api/v1/lists",
                                      {{"title", policy}, {"replies_policy", policy}, {"exclusive", list.exclusive}});
        const auto id = made.json()["id"].get<std::string>();
        for (const auto& member : people) {
          if (below(2) == 0) continue;
          const auto added = client.post("/api/v1/lists/" + id + "/accounts", {{"account_ids", {member.id.str()}}});
          if (added.status() == 200) list.members.insert(member.id.str());
        }
        model.lists[id] = std::move(list);
      }
    }
  }

  std::mt19937 random_;
  std::vector<model::Status> posts_;  // without reblogs
  std::set<SightModel::Pair> reblogged_;
};

bool newer(const std::string& a, const std::string& b) {
  return std::pair(a.size(), a) > std::pair(b.size(), b);
}

/// What the model admits, newest first.
Ids expected(const SightModel& model, const std::function<bool(const std::string&)>& admits) {
  Ids ids;
  for (const auto& [id, post] : model.posts) {
    if (admits(id)) ids.push_back(id);
  }
  std::ranges::sort(ids, newer);
  return ids;
}

/// All of a timeline, page by page along its links.
Ids read_all(const Client& client, std::string path) {
  Ids ids;
  while (!path.empty()) {
    const auto page = client.get(path);
    for (auto& id : page.ids()) ids.push_back(std::move(id));
    path = page.link("next");
  }
  return ids;
}

/// Home and lists show an original once on each page: pages of `limit` of what the model admits.
Ids without_repetitions(const SightModel& model, const Ids& all, std::size_t limit) {
  Ids shown;
  for (std::size_t at = 0; at < all.size();) {
    const Ids page(all.begin() + static_cast<std::ptrdiff_t>(at),
                   all.begin() + static_cast<std::ptrdiff_t>(std::min(at + limit, all.size())));
    std::set<std::string> seen;
    for (const auto& id : page) {
      if (model.posts.at(id).original.empty()) seen.insert(id);
    }
    for (const auto& id : page) {
      const auto& original = model.posts.at(id).original;
      if (original.empty() || seen.insert(original).second) shown.push_back(id);
    }
    // The next page begins below the last that was shown.
    at = static_cast<std::size_t>(std::ranges::find(all, shown.back()) - all.begin()) + 1;
  }
  return shown;
}

Ids ids_in(const Json& statuses) {
  Ids ids;
  for (const auto& status : statuses) ids.push_back(status.at("id"));
  return ids;
}

void check_timelines(RandomWorld& w, const Client& client, const std::string& viewer) {
  const auto& model = w.model;
  const auto in_public = [&](const std::string& id) { return model.in_public(viewer, id); };
  CHECK(read_all(client, "/api/v1/timelines/public?limit=7") == expected(model, in_public));
  CHECK(read_all(client, "/api/v1/timelines/public?local=true") ==
        expected(model, [&](const auto& id) { return in_public(id) && model.posts.at(id).local; }));
  CHECK(read_all(client, "/api/v1/timelines/public?remote=true") ==
        expected(model, [&](const auto& id) { return in_public(id) && !model.posts.at(id).local; }));
  CHECK(read_all(client, "/api/v1/timelines/public?only_media=true&limit=3") ==
        expected(model, [&](const auto& id) { return in_public(id) && model.posts.at(id).has_media; }));
  CHECK(read_all(client, "/api/v1/timelines/tag/lakes?only_media=true") == expected(model, [&](const auto& id) {
          return model.in_tag(viewer, "lakes", id) && model.posts.at(id).has_media;
        }));
  for (const std::string tag : {"birds", "lakes"}) {
    CHECK(read_all(client, "/api/v1/timelines/tag/" + tag + "?limit=3") ==
          expected(model, [&](const auto& id) { return model.in_tag(viewer, tag, id); }));
  }
  CHECK(read_all(client, "/api/v1/timelines/tag/birds?any[]=lakes&limit=4") == expected(model, [&](const auto& id) {
          return model.in_tag(viewer, "birds", id) || model.in_tag(viewer, "lakes", id);
        }));
  for (const auto& author : w.people) {
    CAPTURE(author.username);
    const auto path = "/api/v1/accounts/" + author.id.str() + "/statuses?limit=4";
    const auto on_profile = [&](const std::string& id) { return model.on_profile(viewer, author.id.str(), id); };
    CHECK(read_all(client, path) == expected(model, on_profile));
    CHECK(read_all(client, path + "&exclude_replies=true&exclude_reblogs=true") == expected(model, [&](const auto& id) {
            const auto& post = model.posts.at(id);
            return on_profile(id) && post.original.empty() && !SightModel::answers_others(post);
          }));
    CHECK(read_all(client, path + "&only_media=true") ==
          expected(model, [&](const auto& id) { return on_profile(id) && model.posts.at(id).has_media; }));
    CHECK(read_all(client, path + "&tagged=birds") ==
          expected(model, [&](const auto& id) { return on_profile(id) && model.posts.at(id).tags.contains("birds"); }));
  }
}

void check_home_and_lists(RandomWorld& w, const Client& client, const std::string& viewer) {
  const auto& model = w.model;
  const auto home = expected(model, [&](const auto& id) { return model.at_home(viewer, id); });
  CHECK(read_all(client, "/api/v1/timelines/home?limit=5") == without_repetitions(model, home, 5));
  CHECK(read_all(client, "/api/v1/timelines/home?limit=40") == without_repetitions(model, home, 40));
  for (const auto& [id, list] : model.lists) {
    if (list.owner != viewer) continue;
    CAPTURE(list.policy);
    const auto in_list = expected(model, [&](const auto& post) { return model.in_list(id, post); });
    CHECK(read_all(client, "/api/v1/timelines/list/" + id + "?limit=5") == without_repetitions(model, in_list, 5));
  }
  Ids favourites;
  if (const auto mine = model.favourites.find(viewer); mine != model.favourites.end()) favourites = mine->second;
  std::erase_if(favourites, [&](const auto& id) { return !model.sees(viewer, id); });
  CHECK(read_all(client, "/api/v1/favourites?limit=4") == favourites);
  for (const auto& id : read_all(client, "/api/v1/timelines/direct")) {
    CHECK((model.sees(viewer, id) && model.welcome(viewer, model.posts.at(id).author)));
  }
}

void check_single_statuses(RandomWorld& w, const Client& client, const std::string& viewer) {
  const auto& model = w.model;
  for (const auto& [id, post] : model.posts) {
    CAPTURE(id);
    const auto path = "/api/v1/statuses/" + id;
    const bool sees = model.sees(viewer, id);
    CHECK((client.get(path).status() == 200) == sees);
    CHECK(client.get("/api/v1/statuses?id[]=" + id).ids().size() == (sees ? 1U : 0U));
    const auto context = client.get(path + "/context");
    CHECK((context.status() == 200) == sees);
    if (!sees) continue;
    for (const auto* part : {"ancestors", "descendants"}) {
      for (const auto& shown : ids_in(context.json()[part])) {
        CHECK((model.sees(viewer, shown) && model.welcome(viewer, model.posts.at(shown).author)));
      }
    }
    Ids rebloggers;
    for (const auto& [wrapper, one] : model.posts) {
      if (one.original == id && model.sees(viewer, wrapper) && model.welcome(viewer, one.author)) {
        rebloggers.push_back(one.author);
      }
    }
    auto shown = client.get(path + "/reblogged_by").ids();
    std::ranges::sort(shown);
    std::ranges::sort(rebloggers);
    CHECK(shown == rebloggers);
  }
}

}  // namespace

// R21
TEST_CASE("no reading path shows what its reader may not see or does not want, and none holds back the rest",
          "[api][property][timeline]") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    RandomWorld w(seed);
    const Client anonymous(w.api);
    check_timelines(w, anonymous, "");
    check_single_statuses(w, anonymous, "");
    for (const auto& reader : w.readers()) {
      CAPTURE(reader.username);
      const Client client(w.api, reader);
      check_timelines(w, client, reader.id.str());
      check_home_and_lists(w, client, reader.id.str());
      check_single_statuses(w, client, reader.id.str());
    }
  }
}
