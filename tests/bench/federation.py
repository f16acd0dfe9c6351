"""The rows of the benchmark that are about other servers: the inbox and deliveries. Alone: python3 tests/bench/federation.py [--quick]."""

import asyncio
import base64
import datetime
import hashlib
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: E402
from fediverse import SimulatedFediverse, followers_sql  # noqa: E402
from harness import BINARY, Instance, free_port, request, wait_until  # noqa: E402
import stream_load  # noqa: E402
from measuring import QUICK, cpu_seconds, locked, postgres_cpu, psql, query, report, rss_mib  # noqa: E402


TERMS = {
    "ostatus": "http://ostatus.org#", "atomUri": "ostatus:atomUri", "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
    "conversation": "ostatus:conversation", "sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#", "votersCount": "toot:votersCount",
    "Hashtag": "as:Hashtag", "blurhash": "toot:blurhash", "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"}}


class Peer:
    """A remote server with one actor: serves its document, swallows what is delivered to it."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.actor = f"{self.url}/users/peer"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.received = 0
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait(30)

    def _run(self, ready):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        ready.set()
        self._loop.run_forever()

    async def _serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"POST"):
                    at = head.index(b"Content-Length: ") + 16
                    await reader.readexactly(int(head[at:head.index(b"\r", at)]))
                    self.received += 1
                    writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
                else:
                    body, kind = self._document(b"webfinger" in head.split(b" ")[1])
                    writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _document(self, webfinger):
        if webfinger:
            links = [{"rel": "self", "type": "application/activity+json", "href": self.actor}]
            return json.dumps({"subject": f"acct:peer@127.0.0.1:{self.port}", "links": links}).encode(), "application/jrd+json"
        pem = self.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        return json.dumps({
            "@context": "https://www.w3.org/ns/activitystreams", "id": self.actor, "type": "Person", "preferredUsername": "peer",
            "inbox": self.actor + "/inbox", "outbox": self.actor + "/outbox", "followers": self.actor + "/followers",
            "publicKey": {"id": self.actor + "#main-key", "owner": self.actor, "publicKeyPem": pem}}).encode(), "application/activity+json"

    def signed(self, host, activity):
        """A whole request to the shared inbox, as bytes."""
        body = json.dumps(activity).encode()
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
        digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        text = f"(request-target): post /inbox\nhost: {host}\ndate: {date}\ndigest: {digest}"
        signature = base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        head = (f"POST /inbox HTTP/1.1\r\nHost: {host}\r\nDate: {date}\r\nDigest: {digest}\r\nContent-Type: application/activity+json\r\n"
                f'Signature: keyId="{self.actor}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",'
                f'signature="{signature}"\r\nContent-Length: {len(body)}\r\n\r\n')
        return head.encode() + body

    def activity(self, kind, n, to):
        """With the members, and so about the length, of what Mastodon sends for a post."""
        note = f"{self.url}/notes/{n}"
        published = datetime.datetime.now(datetime.timezone.utc).isoformat()
        audience = {"to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [self.actor + "/followers", to]}
        text = f"<p>note {n} with some text in it, and then some more, so that it is about as long as what people write on such a day.</p>"
        obj = {
            "id": note, "type": "Note", "summary": None, "inReplyTo": None, "published": published, "url": note, "attributedTo": self.actor,
            **audience, "sensitive": False, "atomUri": note, "inReplyToAtomUri": None, "conversation": f"tag:{n}:objectType=Conversation",
            "content": text, "contentMap": {"en": text}, "attachment": [],
            "tag": [{"type": "Hashtag", "href": self.url + "/tags/waders", "name": "#waders"}],
            "replies": {"id": note + "/replies", "type": "Collection",
                        "first": {"type": "CollectionPage", "next": note + "/replies?page=true", "partOf": note + "/replies", "items": []}},
            "likes": {"id": note + "/likes", "type": "Collection", "totalItems": 0},
            "shares": {"id": note + "/shares", "type": "Collection", "totalItems": 0}}
        return {"@context": ["https://www.w3.org/ns/activitystreams", TERMS], "id": f"{note}/{kind}", "type": kind, "actor": self.actor,
                "published": published, **audience, "object": obj}


def _post_all(port, requests, connections):
    """Each connection sends its share, one request after the other."""
    async def send(part):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for data in part:
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 202"):
                raise SystemExit(f"POST inbox: {head!r}")
        writer.close()

    async def run():
        await asyncio.gather(*(send(requests[i::connections]) for i in range(connections)))

    asyncio.run(run())


def _post_fast(instance, requests, connections):
    """By wrk, which takes so little of the machine that the server has always something to do. Returns the seconds."""
    with tempfile.NamedTemporaryFile() as file:
        for data in requests:
            file.write(b"%d\n" % len(data) + data)
        file.flush()
        start = time.monotonic()
        wrk = subprocess.Popen(["wrk", "-t1", f"-c{connections}", "-d60s", "-s", str(pathlib.Path(__file__).parent / "post.lua"),
                                f"http://127.0.0.1:{instance.port}/inbox", "--", file.name], stdout=subprocess.PIPE, text=True)
        threads = pathlib.Path(f"/proc/{wrk.pid}/task")
        wait_until(lambda: len(list(threads.iterdir())) == 2, 10, "wrk works")
        wait_until(lambda: len(list(threads.iterdir())) == 1, 60, "wrk has done its work")
        seconds = time.monotonic() - start
        wrk.send_signal(signal.SIGINT)  # it would sleep for the rest of the minute
        text = wrk.communicate()[0]
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"POST inbox: {text}")
    return seconds


def floor_of_inbox(body):
    """CPU in us of what every inbox has to do: verify, digest, parse."""
    program = pathlib.Path(BINARY).parent / "dunlin-bench-inbox-floor"
    return float(subprocess.run([program], input=body, capture_output=True, check=True).stdout)


def _unhandled(instance):
    return int(query(instance, "SELECT (SELECT count(*) FROM waiting_activities)"
                               " + (SELECT count(*) FROM inbound_activities WHERE processed_at IS NULL)"))


def _measured(instance, name, count, work):
    """Runs `work`, which returns a note, and reports the CPU that it took."""
    app, sql = cpu_seconds(instance.process.pid), postgres_cpu(instance)
    note = work()
    report(name, count, cpu_seconds(instance.process.pid) - app, postgres_cpu(instance) - sql, note)


def measure_inbox(instance, peer, to, count, connections=64):
    """The path to the 202, while a lock keeps the handler from recording any verdict, so that what is answered is stored and no more; then
    what handling costs: of activities that nothing is done with, and of notes with all that they do."""
    # The first ones go the long way: its actor is fetched, and its key not in memory yet.
    for n in range(5):
        _post_all(instance.port, [peer.signed(instance.domain, peer.activity("Create", f"warm-{n}", to))], 1)
        wait_until(lambda: _unhandled(instance) == 0, 30, "it is handled")

    def post(requests):
        return f"{count / _post_fast(instance, requests, connections):.0f} answered/s"

    def handled():
        wait_until(lambda: _unhandled(instance) == 0, 120, "all are handled")
        return ""

    for kind, name in (("View", "an activity that nothing is done with"), ("Create", "a note, with all its effects")):
        requests = [peer.signed(instance.domain, peer.activity(kind, f"{kind}-{n}", to)) for n in range(count)]
        floor = floor_of_inbox(requests[0].split(b"\r\n\r\n", 1)[1])
        report(f"RSA verify, SHA-256, JSON parse ({kind})", 1, floor / 1e6)
        with locked(instance, "inbound_activities"):
            _measured(instance, f"inbox POST: verified, stored, 202 ({kind})", count, lambda: post(requests))
        _measured(instance, f"its handling: {name}", count, handled)


def measure_deletions(instance, count, rate=1000, connections=16):
    """8.108: a server closes, and tells of accounts that nobody here has met. At an even pace: what counts is how long each waits."""
    waits = []

    async def send(first):
        reader, writer = await asyncio.open_connection("127.0.0.1", instance.port)
        for n in range(first, count, connections):
            actor = f"https://closing.example/users/{n}"
            body = json.dumps({"@context": "https://www.w3.org/ns/activitystreams", "id": actor + "#delete", "type": "Delete",
                               "actor": actor, "to": ["https://www.w3.org/ns/activitystreams#Public"], "object": actor}).encode()
            head = (f"POST /inbox HTTP/1.1\r\nHost: {instance.domain}\r\nContent-Type: application/activity+json\r\n"
                    f'Signature: keyId="{actor}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"'
                    f"\r\nContent-Length: {len(body)}\r\n\r\n").encode()
            await asyncio.sleep(begin + n / rate - time.monotonic())
            start = time.monotonic()
            writer.write(head + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            waits.append(time.monotonic() - start)
            if not answer.startswith(b"HTTP/1.1 202"):
                raise SystemExit(f"POST inbox: {answer!r}")
        writer.close()

    async def run():
        await asyncio.gather(*(send(first) for first in range(connections)))

    begin = time.monotonic() + 0.1

    def work():
        asyncio.run(run())
        waits.sort()
        return f"{rate}/s: half in {waits[len(waits) // 2] * 1e3:.1f} ms, p99 {waits[len(waits) * 99 // 100] * 1e3:.1f} ms (8.108: 20)"

    _measured(instance, "inbox POST: Delete of an actor never met", count, work)


def measure_delivery(instance, user, peer, count):
    """A backlog for one host, delivered over kept connections."""
    psql(instance, f"""
      WITH activity AS (
        INSERT INTO outbound_activities (account_id, body, created_at)
        SELECT {user.id}, '{{"type":"Create","id":"https://h.example/' || g || '","object":"' || repeat('x', 1500) || '"}}', now()
        FROM generate_series(1, {count}) g RETURNING id)
      INSERT INTO deliveries (activity_id, host, inbox_url, account_id, object_key, priority, essential, run_at, to_followers)
      SELECT id, '127.0.0.1:{peer.port}', '{peer.actor}/inbox', {user.id}, 'k' || id, 1, false, now(), false FROM activity;
      INSERT INTO delivery_hosts (host, last_success_at) VALUES ('127.0.0.1:{peer.port}', now()) ON CONFLICT (host) DO NOTHING;
    """)
    before, app, sql = peer.received, cpu_seconds(instance.process.pid), postgres_cpu(instance)
    wait_until(lambda: peer.received - before >= count, 120, "all deliveries")
    wait_until(lambda: int(query(instance, "SELECT count(*) FROM deliveries")) == 0, 30, "all are concluded")
    report("delivery out of a backlog to one host", count, cpu_seconds(instance.process.pid) - app, postgres_cpu(instance) - sql)


def measure_single_deliveries(instance, user, peer, count):
    """Posts one after the other, each of which goes to one other server."""
    before, app, sql = peer.received, cpu_seconds(instance.process.pid), postgres_cpu(instance)
    for i in range(count):
        user.status(f"@peer@127.0.0.1:{peer.port} number {i}", visibility="direct")
    wait_until(lambda: peer.received - before >= count, 120, "all deliveries")
    report("POST status + delivery to one inbox", count, cpu_seconds(instance.process.pid) - app, postgres_cpu(instance) - sql)


def _fan_out(hosts, hanging, followers_each):
    """Posts to everybody: to hosts that were never met, and then again. Seconds until every healthy host has it, of both; what the daemon's
    memory grew by; and reports the CPU of the second."""
    fediverse = SimulatedFediverse(free_port(), hosts, hanging)
    seconds = []
    with Instance(env={"DUNLIN_LOG__LEVEL": "warn", "DUNLIN_DELIVERY__RETRY_SCALE": "1"}) as instance:
        writer = instance.add_user("writer")
        psql(instance, followers_sql(fediverse, fediverse.addresses, writer.id, followers_each))
        before = rss_mib(instance.process.pid)
        for post in ("the first", "the second"):
            fediverse.forget()
            app, sql, start = cpu_seconds(instance.process.pid), postgres_cpu(instance), time.monotonic()
            writer.status(post)
            wait_until(lambda: fediverse.healthy_served() >= hosts - hanging, 240, "the healthy hosts are served")
            seconds.append(max(fediverse.arrived.values()) - start)
            if post == "the second" or hanging:
                report(f"{post} post to {hosts} hosts, {hanging} of them hang", hosts, cpu_seconds(instance.process.pid) - app,
                       postgres_cpu(instance) - sql, f"per host; {seconds[-1]:.2f} s")
            if post == "the first" and hanging:
                time.sleep(20)  # until the hanging ones have been given up for now
        grown = rss_mib(instance.process.pid) - before
    fediverse.close()
    return seconds, grown


def measure_fan_out():
    """10,000 followers on 1,000 hosts; 30 % of them accept and hang: the others must not wait for those."""
    stream_load.raise_file_limit()
    hosts, each = (100, 10) if QUICK else (1000, 10)
    hanging = hosts * 3 // 10
    alone, calm = _fan_out(hosts - hanging, 0, each)
    mixed, grown = _fan_out(hosts, hanging, each)
    for i, which in enumerate(("never met before", "known")):
        print(f"fan-out to {hosts - hanging} healthy hosts, {which}: {alone[i]:.2f} s; beside {hanging} that hang: {mixed[i]:.2f} s "
              f"({mixed[i] / alone[i]:.2f}x)", flush=True)
    print(f"RSS after it: +{calm:.1f} MiB alone, +{grown:.1f} MiB beside those that hang", flush=True)


def measure(instance, writer):
    peer = Peer()
    measure_inbox(instance, peer, f"{instance.url}/ap/users/{writer.id}", 500 if QUICK else 3000)
    measure_deletions(instance, 2000 if QUICK else 10_000)
    measure_delivery(instance, writer, peer, 500 if QUICK else 2000)
    measure_single_deliveries(instance, writer, peer, 100 if QUICK else 300)


def main():
    with Instance(env={"DUNLIN_LOG__LEVEL": "info"}) as instance:
        time.sleep(6)  # spare keys are made now: not what is measured
        measure(instance, instance.add_user("writer"))
        print(f"RSS of the daemon after all that: {rss_mib(instance.process.pid):.1f} MiB")


if __name__ == "__main__":
    main()
    measure_fan_out()
