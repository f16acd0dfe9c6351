"""Streams of the real daemon: bad clients, many clients over a restart, two processes on one database."""

import resource
import socket
import subprocess
import threading
import unittest

from harness import Instance, Sibling, request, wait_until
from streams import Closed, Refused, Stream, open_many, raise_file_limit


class Streaming(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.a = cls.enterClassContext(Instance('[streaming]\nmax_outbox = "16K"'))
        cls.alice = cls.a.add_user("alice")
        cls.bob = cls.a.add_user("bob")

    def open(self, query="stream=public", user=None, **options):
        stream = Stream(self.a, (user or self.alice).token, query, **options)
        self.addCleanup(stream.close)
        return stream

    def test_the_token_is_taken_from_header_query_and_subprotocol(self):
        for how in ("header", "query", "subprotocol"):
            stream = self.open(how=how)
            status = self.bob.status(f"by {how}")
            self.assertEqual(stream.event("update")["id"], status["id"])
            self.assertEqual(f"Sec-WebSocket-Protocol: {self.alice.token}" in stream.head, how == "subprotocol")

    def test_refusals_come_before_the_upgrade(self):
        for token, query in (("", "stream=public"), ("nonsense", "stream=public")):
            with self.assertRaises(Refused) as refused:
                Stream(self.a, token, query)
            self.assertEqual(refused.exception.status, 401)
            self.assertIn("X-Error-Message: ", refused.exception.head)
        with self.assertRaises(Refused) as refused:
            self.open("stream=nonsense")
        self.assertEqual(refused.exception.status, 400)
        self.assertEqual(request("GET", self.a.url + "/api/v1/streaming/nonsense", token=self.alice.token).status, 400)
        self.assertEqual(request("GET", self.a.url + "/api/v1/streaming/public").status, 401)
        self.assertEqual(request("GET", self.a.url + "/api/v1/streaming").status, 404)
        health = request("GET", self.a.url + "/api/v1/streaming/health")
        self.assertEqual((health.status, health.body), (200, b"OK"))

    def test_faults_of_the_protocol_have_their_close_codes(self):
        faults = [(1003, dict(payload=b"x", opcode=2)), (1002, dict(payload="x", masked=False)), (1009, dict(payload="x" * 5000)),
                  (1007, dict(payload=b"\xff\xff")), (1002, dict(payload="x", opcode=3))]
        for code, frame in faults:
            stream = self.open()
            stream.send(**frame)
            self.assertEqual(stream.close_code(), code, frame)
        stream = self.open()
        stream.send(b"\x03\xe8", opcode=8)
        self.assertEqual(stream.close_code(), 1000)

    def test_pings_are_answered_and_messages_are_heard(self):
        stream = self.open("")
        stream.send("are you there", opcode=9)
        self.assertEqual(stream.frame(), (10, b"are you there"))
        stream.send('{"type":"subscribe","stream":"nonsense"}')
        self.assertEqual(stream.message(), {"error": "Unknown stream type", "status": 400})
        stream.send("no JSON")
        stream.send('{"type":"subscribe","stream":"public:local"}')
        stream.send('{"type":"subscribe","stream":"hashtag"}')  # its answer says that all before is done
        self.assertEqual(stream.message(), {"error": "Missing tag name parameter", "status": 400})
        status = self.bob.status("to the subscriber")
        self.assertEqual(stream.event("update")["id"], status["id"])

    def test_a_client_that_never_reads_is_closed_and_hinders_nobody(self):
        deaf = self.open(receive_buffer=4096)
        good = self.open()
        def overflow():
            for _ in range(20):
                self.bob.status("x" * 450)
            for _ in range(20):
                good.event("update")
            metrics = request("GET", self.a.url + "/metrics").body.decode()
            return any(line.startswith("dunlin_streams ") and float(line.split()[1]) < before for line in metrics.splitlines())
        metrics = request("GET", self.a.url + "/metrics").body.decode()
        before = next(float(line.split()[1]) for line in metrics.splitlines() if line.startswith("dunlin_streams "))
        wait_until(overflow, 90, "the deaf client is gone")
        self.assertIn(deaf.close_code(), (1013, None))

    def test_a_suspension_ends_the_streams_of_that_account_only(self):
        carol = self.a.add_user("carol")
        stream, other = self.open(user=carol), self.open()
        self.a.cli("account", "suspend", "--username", "carol")
        self.assertEqual(stream.close_code(), 1008)
        status = self.bob.status("still heard by others")
        self.assertEqual(other.event("update")["id"], status["id"])

    def test_connects_and_half_open_connections_leave_nothing(self):
        for _ in range(50):
            Stream(self.a, self.alice.token, "stream=user").socket.close()
        half_open = socket.create_connection(("127.0.0.1", self.a.port))
        self.addCleanup(half_open.close)
        half_open.sendall(b"GET /api/v1/streaming?stream=user HTTP/1.1\r\n")
        stream = self.open("stream=user", user=self.bob)
        status = self.bob.status("after the storm")
        self.assertEqual(stream.event("update")["id"], status["id"])


class Client:
    """One of many: a stream that comes back when it is closed, as apps do."""

    def __init__(self, instance, user):
        self.instance, self.user = instance, user
        self.stream = None
        self.heard = []

    def read(self):
        """What has come until nothing more is there, or the stream is closed: then its code."""
        self.stream.socket.settimeout(0.001)
        try:
            while True:
                self.heard.append(self.stream.event("update")["id"])
        except TimeoutError:
            return None
        except (Closed, OSError) as closed:
            self.stream.close()
            self.stream = None
            return getattr(closed, "code", None)


class StreamsOverRestart(unittest.TestCase):
    COUNT = 1000

    def come_back(self, clients):
        """Each tries until it is let in."""
        def all_back():
            lost = [client for client in clients if client.stream is None]
            for begin in range(0, len(lost), 50):
                part = lost[begin:begin + 50]
                try:
                    for client, stream in zip(part, open_many(self.a, [client.user.token for client in part])):
                        client.stream = stream
                except (OSError, Refused, Closed):
                    return False
            return True
        wait_until(all_back, 120, "all clients are back")

    def until_heard(self, clients, status):
        def all_heard():
            for client in clients:
                if status not in client.heard:
                    self.assertIsNone(client.read(), "no stream is closed now")
            return all(status in client.heard for client in clients)
        wait_until(all_heard, 60, "all clients have heard it")

    def test_a_thousand_clients_come_back_after_a_restart_and_find_the_gap_in_their_timelines(self):
        if raise_file_limit() < self.COUNT + 200:
            self.fail("this test needs more open files")
        # The server is started with fewer than it needs, as by many shells, and helps itself.
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.COUNT // 2, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        self.addCleanup(raise_file_limit)
        with Instance('[streaming]\nmax_per_user = 1000') as self.a:
            raise_file_limit()
            alice = self.a.add_user("alice")
            followers = [self.a.add_user(f"follower{i}") for i in range(5)]
            for follower in followers:
                follower.post(f"/api/v1/accounts/{alice.id}/follow")
            clients = [Client(self.a, followers[i % len(followers)]) for i in range(self.COUNT)]
            self.come_back(clients)
            before = alice.status("before")["id"]
            self.until_heard(clients, before)
            self.a.stop()
            for client in clients:
                client.stream.socket.settimeout(20)
                self.assertEqual(client.stream.close_code(), 1001)
                client.stream.close()
                client.stream = None
            # They try again while nobody is there, and while the server starts.
            back = threading.Thread(target=self.come_back, args=(clients,))
            back.start()
            self.a.start()
            gap = alice.status("in the gap")["id"]
            back.join()
            after = alice.status("after")["id"]
            self.until_heard(clients, after)
            for client in clients:
                # Who was back early may have heard it; everybody has it in the timeline, and nothing twice.
                self.assertIn(client.heard, ([before, after], [before, gap, after]))
                client.stream.close()
            for follower in followers:
                self.assertEqual([s["id"] for s in follower.home()], [after, gap, before])


def psql(instance, sql, check=True):
    lines = (instance.dir / "data/postgres/postmaster.pid").read_text().splitlines()
    subprocess.run(["psql", "-qX", "-h", lines[4], "-p", lines[3], "-U", "dunlin", "-d", "dunlin", "-c", sql], check=check, stderr=subprocess.DEVNULL)


class Siblings(unittest.TestCase):
    def test_two_processes_on_one_database_serve_each_others_subscribers(self):
        with Instance() as a:
            alice, bob = a.add_user("alice"), a.add_user("bob")
            bob.post(f"/api/v1/accounts/{alice.id}/follow")
            with Sibling(a) as b:
                def post(url, user, text):
                    return request("POST", url + "/api/v1/statuses", token=user.token, form={"status": text}).json()["id"]
                def home(url):
                    return [s["id"] for s in request("GET", url + "/api/v1/timelines/home", token=bob.token).json()]
                on_a, on_b = Stream(a, bob.token, "stream=user"), Stream(b, bob.token, "stream=user")
                self.addCleanup(on_a.close)
                self.addCleanup(on_b.close)
                ids = []
                for i in range(10):
                    home(a.url), home(b.url)  # both are warm
                    ids.insert(0, post((a.url, b.url)[i % 2], alice, f"number {i}"))
                    self.assertEqual(on_a.event("update")["id"], ids[0])
                    self.assertEqual(on_b.event("update")["id"], ids[0])
                self.assertEqual(home(a.url), ids)
                self.assertEqual(home(b.url), ids)
                # Each hears of what the other changes about relations and tokens.
                request("POST", f"{b.url}/api/v1/accounts/{alice.id}/unfollow", token=bob.token)
                wait_until(lambda: home(a.url) == [], 10, "the first process knows of the unfollow")
                a.cli("account", "suspend", "--username", "bob")
                self.assertEqual(on_a.close_code(), 1008)
                self.assertEqual(on_b.close_code(), 1008)

    def test_what_a_process_keeps_in_memory_follows_what_others_change(self):
        with Instance() as a:
            alice, bob = a.add_user("alice"), a.add_user("bob")
            status = alice.status("as it was")["id"]
            with Sibling(a) as b:
                def seen(instance):
                    return request("GET", f"{instance.url}/api/v1/statuses/{status}", token=bob.token)
                def everywhere(expected, what):
                    for instance in (a, b):
                        wait_until(lambda: expected(seen(instance)), 10, what)
                        self.assertTrue(expected(seen(instance)))
                everywhere(lambda answer: answer.json()["favourites_count"] == 0, "both know the status")
                request("POST", f"{b.url}/api/v1/statuses/{status}/favourite", token=alice.token)
                everywhere(lambda answer: answer.json()["favourites_count"] == 1, "the favourite counts")
                request("POST", f"{a.url}/api/v1/statuses/{status}/favourite", token=bob.token)
                self.assertTrue(seen(a).json()["favourited"])  # at once where it was done
                everywhere(lambda answer: answer.json()["favourited"], "the mark is seen")
                request("PUT", f"{b.url}/api/v1/statuses/{status}", token=alice.token, form={"status": "edited"})
                everywhere(lambda answer: "edited" in answer.json()["content"], "the edit is seen")
                request("PATCH", f"{a.url}/api/v1/accounts/update_credentials", token=alice.token, form={"display_name": "Alice A."})
                everywhere(lambda answer: answer.json()["account"]["display_name"] == "Alice A.", "the name is seen")
                a.cli("account", "disable", "--username", "bob")
                everywhere(lambda answer: answer.status == 403, "the login is disabled")
                a.cli("account", "enable", "--username", "bob")
                everywhere(lambda answer: answer.status == 200, "the login works again")

    def test_after_a_crash_of_the_database_streams_begin_anew_because_events_may_be_lost(self):
        with Instance() as a, Sibling(a) as b:
            alice = a.add_user("alice")
            streams = [Stream(one, alice.token, "stream=user") for one in (a, b)]
            for stream in streams:
                self.addCleanup(stream.close)
            alice.status("both are open")
            for stream in streams:
                stream.event("update")
            # One process of the server dies; the server forgets its unlogged tables, and says nothing of a restart.
            psql(a, "COPY (SELECT 1) TO PROGRAM 'kill -9 $PPID'", check=False)
            for stream in streams:
                self.assertEqual(stream.close_code(), 1001)
            # Each worker finds out by itself that its connection is lost: 503 until then, and nothing worse.
            def open_again(one):
                try:
                    return Stream(one, alice.token, "stream=user")
                except Refused as refused:
                    self.assertEqual(refused.status, 503)

            def post_again():
                answer = request("POST", a.url + "/api/v1/statuses", token=alice.token, form={"status": "again"})
                self.assertIn(answer.status, (200, 503))
                return answer.json()["id"] if answer.status == 200 else None

            for one in (a, b):
                again = wait_until(lambda: open_again(one), 30, "it serves again")
                self.addCleanup(again.close)
                status = wait_until(post_again, 30, "somebody can post")
                # What the other process heard of, or what was stored though the answer was 503, may come before.
                shown = []
                while status not in shown:
                    shown.append(again.event("update")["id"])
                self.assertLessEqual(len(shown), 3)


if __name__ == "__main__":
    unittest.main()
