"""Streams under load: what an idle one costs, how fast a post is on many, what coming and going leaves."""

import http.client
import pathlib
import select
import socket
import statistics
import threading
import time

from streams import Stream, open_many, raise_file_limit

SPARE_FILES = 1500  # of each process, beside the streams


def cpu_ns(pid):
    """CPU time of all threads, finer than the kernel's clock ticks."""
    return sum(int(task.read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))


def rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def reader_sql(author, count):
    """Local followers of `author`, each with the token bench-<n>."""
    return f"""
      INSERT INTO applications (id, name, client_id, client_secret_hash, redirect_uris, scopes, created_at)
        VALUES (77, 'bench', 'bench', 'x', '{{}}', '{{read}}', now());
      INSERT INTO accounts (id, username, uri, url, created_at, updated_at)
        SELECT 3000000 + g, 'r' || g, 'https://bench.example/r' || g, 'https://bench.example/r' || g, now(), now() FROM generate_series(1, {count}) g;
      INSERT INTO account_stats (account_id) SELECT 3000000 + g FROM generate_series(1, {count}) g;
      INSERT INTO users (id, account_id, email, password_hash, confirmed_at, created_at, last_active_on)
        SELECT 3000000 + g, 3000000 + g, 'r' || g || '@bench.example', 'x', now(), now(), current_date FROM generate_series(1, {count}) g;
      INSERT INTO access_tokens (id, token_hash, application_id, user_id, scopes, created_at)
        SELECT 3000000 + g, sha256(('bench-' || g)::bytea), 77, 3000000 + g, '{{read}}', now() FROM generate_series(1, {count}) g;
      INSERT INTO follows (id, account_id, target_account_id, created_at)
        SELECT 6000000 + g, 3000000 + g, {author}, now() FROM generate_series(1, {count}) g;
    """


def tokens(readers, count):
    return [f"bench-{n % readers + 1}" for n in range(count)]


def measure_idle(instance, readers, count):
    possible = raise_file_limit() - SPARE_FILES
    if count > possible:
        print(f"only {possible} files may be open: {possible} idle WebSockets instead of {count}", flush=True)
        count = possible
    pid = instance.process.pid
    for stream in open_many(instance, tokens(readers, 200)):
        stream.close()
    time.sleep(0.5)
    before = rss_kib(pid)
    begun, used = time.monotonic(), cpu_ns(pid)
    streams = open_many(instance, tokens(readers, count))
    took, used = time.monotonic() - begun, cpu_ns(pid) - used
    time.sleep(1)
    print(f"{count} idle WebSockets: {(rss_kib(pid) - before) / count:.1f} KiB each; opened at {count / took:.0f} a second, {used / count / 1000:.0f} us each",
          flush=True)
    calm = cpu_ns(pid)
    time.sleep(2)
    print(f"  they take {(cpu_ns(pid) - calm) / 2e9 * 100:.2f} % of a core while nothing happens", flush=True)
    for stream in streams:
        stream.close()
    time.sleep(1)


class Poster:
    """One kept connection."""

    def __init__(self, instance, user):
        self.connection = http.client.HTTPConnection("127.0.0.1", instance.port)
        self.headers = {"Authorization": f"Bearer {user.token}", "Content-Type": "application/x-www-form-urlencoded"}

    def post(self, text):
        self.connection.request("POST", "/api/v1/statuses", f"status={text}&visibility=public", self.headers)
        reply = self.connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise SystemExit(f"POST status: {reply.status}")


def cpu_of_posts(instance, user, posts, settle):
    poster = Poster(instance, user)
    poster.post("warm")
    settle()
    used = cpu_ns(instance.process.pid)
    for i in range(posts):
        poster.post(f"number+{i}")
    settle()
    return cpu_ns(instance.process.pid) - used


def measure_fan_out(instance, author, stranger, count, posts, report):
    """`author` has `count` followers with open streams, `stranger` none."""
    settle = lambda: time.sleep(0.3)  # noqa: E731
    alone = cpu_of_posts(instance, stranger, posts, settle)
    streams = open_many(instance, tokens(count, count))
    poll = select.epoll()
    for stream in streams:
        stream.socket.setblocking(False)
        poll.register(stream.socket, select.EPOLLIN)
    by_descriptor = {stream.socket.fileno(): stream.socket for stream in streams}
    poster = Poster(instance, author)
    latencies = []
    answers = []  # when the one who posted knew
    frame = 0
    used = 0
    for i in range(posts + 1):
        warm = i > 0  # the first reads what is known of each reader from then on
        before = cpu_ns(instance.process.pid)
        started = time.monotonic()

        def post(text=f"fan+out+{i}", begun=started):
            poster.post(text)
            answers.append(time.monotonic() - begun)

        thread = threading.Thread(target=post)
        thread.start()
        missing = set(by_descriptor)
        while missing and time.monotonic() - started < 30:
            for descriptor, _ in poll.poll(1):
                frame = len(by_descriptor[descriptor].recv(65536))
                if descriptor in missing:
                    missing.discard(descriptor)
                    if warm:
                        latencies.append(time.monotonic() - started)
        if not warm:
            print(f"  the first post on {count} sockets after they were opened: {(time.monotonic() - started) * 1000:.0f} ms", flush=True)
        thread.join()
        if missing:
            raise SystemExit(f"{len(missing)} of {count} sockets heard nothing")
        settle()
        used += cpu_ns(instance.process.pid) - before if warm else 0
    latencies.sort()
    p99 = latencies[int(len(latencies) * 0.99) - 1] * 1000
    delivered = posts * count
    writing = bare_writes(count, posts, frame)
    ratio = (used - alone) / writing
    report(f"a post on {count} followers' sockets, each", delivered, (used - alone) / 1e9,
           note=f"p50 {statistics.median(latencies) * 1000:.0f} ms, p99 {p99:.0f} ms; {ratio:.1f}x bare writes")
    print(f"  the answer to the post itself: p50 {statistics.median(answers) * 1000:.0f} ms, longest {max(answers) * 1000:.0f} ms", flush=True)
    report("  the same bytes by bare writes", delivered, writing / 1e9)
    for stream in streams:
        stream.close()


def bare_writes(count, rounds, size):
    """CPU of writing `size` bytes to each of `count` sockets, in nanoseconds."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    ends = []
    for _ in range(count):
        client = socket.create_connection(listener.getsockname())
        ends.append((client, listener.accept()[0]))
    data = b"x" * size
    used = 0
    for _ in range(rounds):
        before = time.clock_gettime_ns(time.CLOCK_PROCESS_CPUTIME_ID)
        for _, server in ends:
            server.send(data)
        used += time.clock_gettime_ns(time.CLOCK_PROCESS_CPUTIME_ID) - before
        for client, _ in ends:
            client.recv(65536)
    for client, server in ends:
        client.close()
        server.close()
    listener.close()
    return used


def measure_rings(instance, author, stranger, count, posts, read_ids, report):
    """A post into the rings of `count` followers who have looked at their homes, against reading who they are."""
    connection = http.client.HTTPConnection("127.0.0.1", instance.port)
    for token in tokens(count, count):
        connection.request("GET", "/api/v1/timelines/home", headers={"Authorization": f"Bearer {token}"})
        connection.getresponse().read()
    settle = lambda: time.sleep(0.3)  # noqa: E731
    alone = cpu_of_posts(instance, stranger, posts, settle)
    with_rings = cpu_of_posts(instance, author, posts, settle)
    rounds = 2_000_000 // count  # the kernel counts this one in ticks
    reading = read_ids(author, rounds)
    rings = (with_rings - alone) / posts / 1e9
    report(f"a post into {count} rings", posts, rings * posts, note=f"{rings / reading:.2f}x reading their ids")
    report("  reading their ids", rounds, 0, reading * rounds)


def measure_churn(instance, readers, count):
    """Streams that come and go: what stays of them, after as many again."""
    pid = instance.process.pid

    def churn():
        for begin in range(0, count, 500):
            for stream in open_many(instance, tokens(readers, 500), "stream=public"):
                stream.close()

    churn()
    time.sleep(1)
    before, begun, used = rss_kib(pid), time.monotonic(), cpu_ns(pid)
    churn()
    took, used = time.monotonic() - begun, cpu_ns(pid) - used
    time.sleep(1)
    print(f"{count} streams opened and closed at {count / took:.0f} a second ({used / count / 1000:.0f} us each): RSS {(rss_kib(pid) - before) / 1024:+.1f} MiB",
          flush=True)
