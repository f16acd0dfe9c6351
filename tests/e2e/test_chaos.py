"""Three daemons behind a network that fails, one of them killed again and again, random activity: in the end all agree.

DUNLIN_CHAOS_SEED repeats a run, DUNLIN_CHAOS_STEPS makes it longer."""

import os
import random
import time
import unittest

from faulty_proxy import FaultyProxy
from harness import Instance, free_port, request, wait_until


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


class Chaos(unittest.TestCase):
    def test_all_agree_in_the_end(self):
        seed = int(os.environ.get("DUNLIN_CHAOS_SEED", time.time_ns() % 1_000_000))
        steps = int(os.environ.get("DUNLIN_CHAOS_STEPS", "60"))
        print(f"DUNLIN_CHAOS_SEED={seed}")
        self.dice = random.Random(seed)
        with ProxiedInstance(seed) as a, ProxiedInstance(seed + 1) as b, ProxiedInstance(seed + 2) as c:
            self.users = [a.add_user("alice"), b.add_user("bob"), c.add_user("carol")]
            for one in self.users:
                for other in self.users:
                    if one is not other:
                        one.follow(other)
            for instance in (a, b, c):
                instance.proxy.faults = 0.3
            self.posts, self.deleted = {}, set()  # uri -> (author, local id)
            self.likes, self.boosts = set(), set()  # (who, uri)
            for step in range(steps):
                self.act(step)
                if step % 15 == 10:
                    b.kill()
                    b.start()
            for instance in (a, b, c):
                instance.proxy.faults = 0.0
            wait_until(self.differences_are_gone, 120, f"all three agree (seed {seed})")

    def act(self, step):
        who = self.dice.choice(self.users)
        mine = [uri for uri, (author, _) in self.posts.items() if author is who and uri not in self.deleted]
        kind = self.dice.choice(["post", "post", "like", "boost", "unlike", "delete"])
        if kind == "post" or not self.posts:
            status = who.status(f"step {step}")
            self.posts[status["uri"]] = (who, status["id"])
        elif kind == "delete" and len(mine) > 3:
            uri = self.dice.choice(mine)
            who.call("DELETE", f"/api/v1/statuses/{self.posts[uri][1]}")
            self.deleted.add(uri)
        else:
            uri = self.dice.choice([u for u in self.posts if u not in self.deleted])
            here = self.local_id(who, uri)
            if here is None:
                return  # not there yet
            if kind == "boost" and self.posts[uri][0] is not who:
                who.post(f"/api/v1/statuses/{here}/reblog")
                self.boosts.add((who, uri))
            elif kind == "unlike":
                who.post(f"/api/v1/statuses/{here}/unfavourite")
                self.likes.discard((who, uri))
            else:
                who.post(f"/api/v1/statuses/{here}/favourite")
                self.likes.add((who, uri))

    def local_id(self, who, uri):
        author, id = self.posts[uri]
        if author is who:
            return id
        # Only what is here: nothing is fetched for the test's sake.
        for status in self.seen(who):
            if status["uri"] == uri:
                return status["id"]
        return None

    def seen(self, who):
        found, path = [], "/api/v1/timelines/home?limit=40"
        for _ in range(6):
            page = who.get(path)
            if not page:
                break
            found += [s["reblog"] or s for s in page]
            path = f"/api/v1/timelines/home?limit=40&max_id={page[-1]['id']}"
        return found

    def differences_are_gone(self):
        live = set(self.posts) - self.deleted
        for who in self.users:
            if {s["uri"] for s in self.seen(who)} != live:
                return False
        for uri in live:
            author, id = self.posts[uri]
            status = request("GET", f"{author.instance.url}/api/v1/statuses/{id}").json()
            likes = len([1 for _, liked in self.likes if liked == uri])
            boosts = len([1 for _, boosted in self.boosts if boosted == uri])
            if (status["favourites_count"], status["reblogs_count"]) != (likes, boosts):
                return False
        return all(u.get(f"/api/v1/accounts/{u.id}")["followers_count"] == 2 for u in self.users)


if __name__ == "__main__":
    unittest.main()
