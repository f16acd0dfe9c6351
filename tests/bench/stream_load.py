"""Streams under load: what an idle one costs, how fast a post is on many, what coming and going leaves."""

import http.client
import pathlib
import resource
import select
import socket
import statistics
import threading
import time

from streams import Stream


def raise_file_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


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


def measure_idle(instance, token, count):
    before = rss_kib(instance.process.pid)
    streams = [Stream(instance, token, "stream=user") for _ in range(count)]
    time.sleep(1)
    after = rss_kib(instance.process.pid)
    print(f"{count} idle WebSockets: {(after - before) / count:.1f} KiB each", flush=True)
    for stream in streams:
        stream.close()


def measure_fan_out(instance, author, count, posts, cpu_seconds, report):
    streams = [Stream(instance, f"bench-{n + 1}", "stream=user") for n in range(count)]
    poll = select.epoll()
    for stream in streams:
        stream.socket.setblocking(False)
        poll.register(stream.socket, select.EPOLLIN)
    by_descriptor = {stream.socket.fileno(): stream.socket for stream in streams}
    latencies = []
    app = cpu_seconds(instance.process.pid)
    frame = 0
    for i in range(posts):
        def post():
            connection = http.client.HTTPConnection("127.0.0.1", instance.port)
            headers = {"Authorization": f"Bearer {author.token}", "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/api/v1/statuses", f"status=fan+out+{i}&visibility=public", headers)
            connection.getresponse().read()
            connection.close()

        started = time.monotonic()
        thread = threading.Thread(target=post)
        thread.start()
        missing = {stream.socket.fileno() for stream in streams}
        while missing and time.monotonic() - started < 30:
            for descriptor, _ in poll.poll(1):
                frame = len(by_descriptor[descriptor].recv(65536))
                if descriptor in missing:
                    missing.discard(descriptor)
                    latencies.append(time.monotonic() - started)
        thread.join()
        if missing:
            raise SystemExit(f"{len(missing)} of {count} sockets heard nothing")
    used = cpu_seconds(instance.process.pid) - app
    latencies.sort()
    p99 = latencies[int(len(latencies) * 0.99) - 1] * 1000
    report(f"a post on {count} followers' sockets, each", posts * count, used, note=f"p50 {statistics.median(latencies) * 1000:.0f} ms, p99 {p99:.0f} ms")
    writing = bare_writes(count, posts, frame)
    report("  the same bytes by bare writes", posts * count, writing)
    for stream in streams:
        stream.close()


def bare_writes(count, rounds, size):
    """System time of writing `size` bytes to each of `count` sockets."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    ends = []
    for _ in range(count):
        client = socket.create_connection(listener.getsockname())
        ends.append((client, listener.accept()[0]))
    data = b"x" * size
    used = 0.0
    for _ in range(rounds):
        before = time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID)
        for _, server in ends:
            server.send(data)
        used += time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID) - before
        for client, _ in ends:
            client.recv(65536)
    for client, server in ends:
        client.close()
        server.close()
    listener.close()
    return used


def measure_churn(instance, token, count):
    for _ in range(200):
        Stream(instance, token, "stream=public").close()
    before = rss_kib(instance.process.pid)
    started = time.monotonic()

    def run(part):
        for _ in range(part):
            Stream(instance, token, "stream=public").close()

    threads = [threading.Thread(target=run, args=(count // 4,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    print(f"{count} streams opened and closed at {count / took:.0f} a second: RSS {(rss_kib(instance.process.pid) - before) / 1024:+.1f} MiB", flush=True)
