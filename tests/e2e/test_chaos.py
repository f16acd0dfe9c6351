"""Three daemons behind a network that fails, one of them killed again and again, while people post, answer, edit, like, boost, follow, undo all
that and delete: in the end all agree.

CHAOS_SEED repeats a run, CHAOS_STEPS makes it longer."""

import os
import random
import time
import unittest
import urllib.parse

from faulty_proxy import FaultyProxy
from harness import Instance, free_port


class ProxiedInstance(Instance):
    """Known to others by the port of its proxy; its own people come by the front door."""

    def __init__(self, seed):
        public = free_port()
        super().__init__(port=public)
        self.real_port = free_port()
        text = self.config.read_text()
        self.config.write_text(text.replace(f'listen = "127.0.0.1:{public}"', f'listen = "127.0.0.1:{self.real_port}"'))
        self.url = f"http://127.0.0.1:{self.real_port}"
        self.proxy = FaultyProxy(public, self.real_port, seed)

    def stop(self):
        self.proxy.close()
        super().stop()


class Post:
    """What must be true of a status in the end."""

    def __init__(self, author, status, text, parent=None):
        self.author, self.uri, self.id, self.text, self.parent = author, status["uri"], status["id"], text, parent
        self.deleted = False
        self.likes, self.boosts = set(), set()  # who
        self.sent_to = set()  # who followed when it was written, in the eyes of its author's server
        self.boosts_sent_to = {}  # who boosted -> the same for the boost


class Chaos(unittest.TestCase):
    def test_all_agree_in_the_end(self):
        seed = int(os.environ.get("CHAOS_SEED", time.time_ns() % 1_000_000))
        steps = int(os.environ.get("CHAOS_STEPS", "80"))
        print(f"CHAOS_SEED={seed}")
        self.dice = random.Random(seed)
        with ProxiedInstance(seed) as a, ProxiedInstance(seed + 1) as b, ProxiedInstance(seed + 2) as c:
            self.users = [a.add_user("alice"), b.add_user("bob"), c.add_user("carol")]
            self.accounts, self.follows = {}, set()  # (who, whom): the id that whom has for who; the follows that are wanted
            self.faithful = set()  # (who, whom) that nothing was ever undone of
            for who in self.users:
                for whom in self.users:
                    if who is not whom:
                        self.accounts[who, whom] = who.follow(whom)["id"]
                        self.follows.add((who, whom))
            self.faithful = set(self.follows)
            for instance in (a, b, c):
                instance.proxy.faults = 0.3
            self.posts = []
            for step in range(steps):
                self.act(step)
                if step % 20 == 10:
                    b.kill()
                    b.start()
            for instance in (a, b, c):
                instance.proxy.faults = 0.0
            self.agree(seed)

    # What people do.

    def act(self, step):
        who = self.dice.choice(self.users)
        kinds = ["post"] * 3 + ["reply", "like", "boost", "edit", "follow"] * 2 + ["unlike", "unboost", "delete"]
        kind = self.dice.choice(kinds) if len(self.posts) > 3 else "post"
        getattr(self, kind)(who, f"step {step:03}")

    def post(self, who, text, parent=None):
        answered = {"in_reply_to_id": self.local_id(who, parent)} if parent else {}
        followers = self.followers(who)
        post = Post(who, who.status(text, **answered), text, parent)
        post.sent_to = followers
        self.posts.append(post)

    def reply(self, who, text):
        if parent := self.pick(who, lambda p: True):
            self.post(who, text, parent)

    def edit(self, who, text):
        if post := self.pick(who, lambda p: p.author is who):
            who.call("PUT", f"/api/v1/statuses/{post.id}", form={"status": text})
            post.text = text

    def delete(self, who, _):
        if post := self.pick(who, lambda p: p.author is who):
            who.call("DELETE", f"/api/v1/statuses/{post.id}")
            post.deleted = True

    def like(self, who, _):
        if post := self.pick(who, lambda p: who not in p.likes):
            self.mark(who, post, "favourite")
            post.likes.add(who)

    def unlike(self, who, _):
        if post := self.pick(who, lambda p: who in p.likes):
            self.mark(who, post, "unfavourite")
            post.likes.discard(who)

    def boost(self, who, _):
        if post := self.pick(who, lambda p: who not in p.boosts and p.author is not who):
            followers = self.followers(who)
            self.mark(who, post, "reblog")
            post.boosts.add(who)
            post.boosts_sent_to[who] = followers

    def unboost(self, who, _):
        if post := self.pick(who, lambda p: who in p.boosts):
            self.mark(who, post, "unreblog")
            post.boosts.discard(who)

    def follow(self, who, _):
        whom = self.dice.choice([u for u in self.users if u is not who])
        following = (who, whom) in self.follows
        who.post(f"/api/v1/accounts/{self.accounts[who, whom]}/{'unfollow' if following else 'follow'}")
        self.follows ^= {(who, whom)}
        self.faithful.discard((who, whom))

    def pick(self, who, wanted):
        """One of the statuses that are here for who: nothing is fetched for the test's sake."""
        found = [p for p in self.posts if not p.deleted and wanted(p) and self.local_id(who, p)]
        return self.dice.choice(found) if found else None

    def mark(self, who, post, action):
        who.post(f"/api/v1/statuses/{self.local_id(who, post)}/{action}")

    # What they see.

    def local_id(self, who, post):
        if post.author is who:
            return None if post.deleted else post.id
        found = who.get("/api/v2/search?resolve=false&type=statuses&q=" + urllib.parse.quote(post.uri))["statuses"]
        return next((s["id"] for s in found if s["uri"] == post.uri), None)

    def names(self, who, path):
        """The users of this test among the accounts on that page of who's server."""
        handles = {a["acct"] if "@" in a["acct"] else f"{a['acct']}@{who.instance.domain}" for a in who.get(path)}
        return {u for u in self.users if u.handle in handles}

    def followers(self, who):
        return self.names(who, f"/api/v1/accounts/{who.id}/followers")

    # What must be so in the end.

    def agree(self, seed):
        deadline = time.monotonic() + 120
        while differences := list(self.differences()):
            if time.monotonic() > deadline:
                self.fail(f"they do not agree (seed {seed}):\n" + "\n".join(differences))
            time.sleep(0.3)

    def differences(self):
        for who in self.users:
            yield from self.follow_differences(who)
        for post in self.posts:
            for who in self.users:
                yield from self.deleted_differences(who, post) if post.deleted else self.live_differences(who, post)

    def follow_differences(self, who):
        wanted = {u for u in self.users if (u, who) in self.follows}
        if (has := self.followers(who)) != wanted:
            yield f"{who.name} has {len(has)} followers, {len(wanted)} follow"
        account = who.get(f"/api/v1/accounts/{who.id}")
        following = {u for u in self.users if (who, u) in self.follows}
        if (account["followers_count"], account["following_count"]) != (len(wanted), len(following)):
            yield f"{who.name}'s numbers of follows are wrong"
        for whom in self.users:
            if who is not whom:
                relationship = who.get(f"/api/v1/accounts/relationships?id[]={self.accounts[who, whom]}")[0]
                is_so = relationship["following"], relationship["requested"], relationship["followed_by"]
                if is_so != ((who, whom) in self.follows, False, (whom, who) in self.follows):
                    yield f"{who.name} and {whom.name}: {is_so}"

    def deleted_differences(self, who, post):
        """Every server that it was sent to, and that of everybody who answered, liked or boosted it."""
        involved = post.sent_to | post.likes | set(post.boosts_sent_to) | {post.author} | {p.author for p in self.posts if p.parent is post}
        if who in involved and self.local_id(who, post):
            yield f"{who.name}'s server still has {post.text}, which {post.author.name} deleted"

    def live_differences(self, who, post):
        id = self.local_id(who, post)
        if id is None:
            parent_here = post.parent and post.parent.author is who and not post.parent.deleted
            if who is post.author or parent_here or (who in post.sent_to and (who, post.author) in self.faithful):
                yield f"{who.name}'s server lacks {post.text} of {post.author.name}"
            return
        status = who.get(f"/api/v1/statuses/{id}")
        if who in post.sent_to | {post.author} and post.text not in status["content"]:
            yield f"{who.name} sees {status['content']} where {post.author.name} wrote {post.text}"
        for kind, marked, told, path in [("like", post.likes, {}, "favourited_by"), ("boost", post.boosts, post.boosts_sent_to, "reblogged_by")]:
            shown = self.names(who, f"/api/v1/statuses/{id}/{path}")
            for by in self.users:
                # Its author's and its own server know each; the others what they were told of.
                knows = who in (by, post.author)
                should_see = knows or (who in told.get(by, ()) and (who, by) in self.faithful)
                should_forget = knows or who in told.get(by, ())
                if by in marked and should_see and by not in shown:
                    yield f"{who.name}'s server lacks {by.name}'s {kind} of {post.text}"
                if by not in marked and should_forget and by in shown:
                    yield f"{who.name}'s server still has {by.name}'s {kind} of {post.text}"
        if who is post.author:
            replies = [p for p in self.posts if p.parent is post and not p.deleted]
            if (status["favourites_count"], status["reblogs_count"], status["replies_count"]) != (len(post.likes), len(post.boosts), len(replies)):
                yield f"{post.author.name}'s numbers of {post.text} are wrong"
            shown = {s["uri"] for s in who.get(f"/api/v1/statuses/{id}/context")["descendants"] if s["in_reply_to_id"] == id}
            if shown != {p.uri for p in replies}:
                yield f"{who.name} sees {len(shown)} replies to {post.text} of {len(replies)}"


if __name__ == "__main__":
    unittest.main()
