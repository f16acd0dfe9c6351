"""CPU per operation of the daemon and of its PostgreSQL, measured against ceilings in the same run. Prints a table.

Usage: scripts/bench [--quick] [part...]; the parts are the keys of PARTS below and "fan-out"; all when none is named. Loopback only; every
loop is bounded. Numbers swing with whatever else the machine does: compare ratios, not seconds."""

import glob
import http.client
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import federation  # noqa: E402
import media  # noqa: E402
import stream_load  # noqa: E402
from harness import BINARY, Instance, free_port, request, wait_until  # noqa: E402
from measuring import QUICK, children, cpu_seconds, postgres_cpu, psql, report, rss_mib  # noqa: E402


def wait_until_idle(instance):
    """Until the daemon has used next to nothing for two seconds."""
    quiet = 0
    for _ in range(60):
        before = cpu_seconds(instance.process.pid)
        time.sleep(1)
        quiet = quiet + 1 if cpu_seconds(instance.process.pid) - before < 0.05 else 0
        if quiet == 2:
            return
    raise SystemExit("the daemon does not come to rest")



def wrk(url, seconds, token=None, connections=16):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text:
        raise SystemExit(f"{url}: {text}")
    return next(int(line.split()[0]) for line in text.splitlines() if "requests in" in line)


def client_cpu():
    times = os.times()
    return times.children_user + times.children_system


def measure_get(name, instance, path, token=None, note=""):
    """Returns the processor time of one request at both ends, in us, without PostgreSQL."""
    wrk(instance.url + path, 1, token)
    app, sql, client = cpu_seconds(instance.process.pid), postgres_cpu(instance), client_cpu()
    count = wrk(instance.url + path, 2 if QUICK else 6, token)
    app, client = cpu_seconds(instance.process.pid) - app, client_cpu() - client
    report(name, count, app, postgres_cpu(instance) - sql, note)
    return (app + client) / count * 1e6


def nginx(body):
    """nginx with one worker and a static file: the ceiling of any answer of that size."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-bench-"))
    root.chmod(0o755)
    (root / "body").write_bytes(body)
    port = free_port()
    (root / "nginx.conf").write_text(f"""
user root;
worker_processes 1; pid {root}/pid; error_log {root}/error.log; daemon off;
events {{ worker_connections 256; }}
http {{ access_log off; sendfile on; keepalive_requests 100000000; client_body_temp_path {root}/a; proxy_temp_path {root}/b;
  fastcgi_temp_path {root}/c; uwsgi_temp_path {root}/d; scgi_temp_path {root}/e;
  server {{ listen 127.0.0.1:{port}; location / {{ root {root}; default_type application/json; }} }} }}
""")
    process = subprocess.Popen(["nginx", "-c", str(root / "nginx.conf"), "-p", str(root)])
    url = f"http://127.0.0.1:{port}/body"
    wait_until(lambda: _answers(url), 10, "nginx answers")
    worker = children(process.pid)[0]
    wrk(url, 1)
    before, client = cpu_seconds(worker), client_cpu()
    count = wrk(url, 2 if QUICK else 6)
    used, client = cpu_seconds(worker) - before, client_cpu() - client
    process.terminate()
    process.wait()
    report(f"nginx, static file of {len(body)} bytes", count, used)
    return (used + client) / count * 1e6


def _answers(url):
    try:
        return request("GET", url).status == 200
    except OSError:
        return False


def fill(instance, reader):
    """20,000 remote accounts, 200,000 statuses of power-law authors, a third with a hashtag and two fifths replies; a reader who
    follows 200 accounts and 10 hashtags, has 100 of them in a list (id 1), mutes 50 and blocks 5 servers."""
    accounts, statuses = (2_000, 20_000) if QUICK else (20_000, 200_000)
    psql(instance, f"""
      SET synchronous_commit = off;
      INSERT INTO instances SELECT 'h' || g || '.example', now() FROM generate_series(1, 500) g;
      INSERT INTO accounts (id, username, domain, uri, url, display_name, note, inbox_url, created_at, updated_at, fetched_at)
        SELECT 1000000 + g, 'u' || g, 'h' || g % 500 || '.example', 'https://h' || g % 500 || '.example/users/u' || g,
               'https://h' || g % 500 || '.example/@u' || g, 'User number ' || g, '<p>A note about user ' || g || '</p>',
               'https://h' || g % 500 || '.example/inbox', now(), now(), now() FROM generate_series(1, {accounts}) g;
      INSERT INTO account_stats (account_id) SELECT 1000000 + g FROM generate_series(1, {accounts}) g;
      INSERT INTO statuses (id, uri, url, account_id, local, content, visibility, created_at)
        SELECT ((extract(epoch FROM now()) * 1000)::bigint - ({statuses} - g) * 1000::bigint << 16) | (g & 65535),
               'https://h.example/s/' || g, 'https://h.example/s/' || g, 1000001 + floor({accounts} * power(random(), 3))::bigint, false,
               '<p>' || repeat('lorem ipsum dolor sit amet ', 8) || g || '</p>', 0, now() - ({statuses} - g) * interval '1 second'
        FROM generate_series(1, {statuses}) g;
      INSERT INTO status_stats (status_id) SELECT id FROM statuses ON CONFLICT DO NOTHING;
      INSERT INTO follows (id, account_id, target_account_id, created_at)
        SELECT 5000000 + g, {reader.id}, 1000000 + g * 5, now() FROM generate_series(1, 200) g;
      INSERT INTO tags (id, name, display_name, created_at) SELECT 7000000 + g, 'tag' || g, 'Tag' || g, now() FROM generate_series(1, 1000) g;
      UPDATE statuses SET tag_names = ARRAY['tag' || 1 + floor(1000 * power(random(), 4))::int] WHERE id % 3 = 0 AND NOT local;
      UPDATE statuses s SET in_reply_to_id = p.id, in_reply_to_account_id = p.account_id, in_reply_to_uri = p.uri
        FROM (SELECT id, lag(id, 7) OVER w AS parent FROM statuses WHERE NOT local WINDOW w AS (ORDER BY id)) r JOIN statuses p ON p.id = r.parent
        WHERE s.id = r.id AND s.id % 5 IN (0, 1);
      INSERT INTO public_status_tags SELECT t.id, s.id FROM statuses s JOIN tags t ON t.name = ANY(s.tag_names);
      INSERT INTO followed_tags SELECT 7000000 + g, {reader.id}, 7000000 + g, now() FROM generate_series(1, 10) g;
      INSERT INTO lists VALUES (1, {reader.id}, 'list', 0, false, now());
      INSERT INTO list_accounts SELECT 7000000 + g, 1, 1000000 + g * 5 FROM generate_series(1, 100) g;
      INSERT INTO mutes (id, account_id, target_account_id, created_at)
        SELECT 7000000 + g, {reader.id}, 1000000 + g * 7, now() FROM generate_series(1, 50) g;
      INSERT INTO account_domain_blocks SELECT 7000000 + g, {reader.id}, 'h' || g || '.example', now() FROM generate_series(1, 5) g;
      VACUUM ANALYZE;
    """)


def measure_posts(instance, user, count):
    connection = http.client.HTTPConnection("127.0.0.1", instance.port)
    headers = {"Authorization": f"Bearer {user.token}", "Content-Type": "application/x-www-form-urlencoded"}
    app, sql = cpu_seconds(instance.process.pid), postgres_cpu(instance)
    for i in range(count):
        connection.request("POST", "/api/v1/statuses", f"status=benchmark+status+{i}&visibility=public", headers)
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise SystemExit(f"POST status: {reply.status}")
    report("POST status", count, cpu_seconds(instance.process.pid) - app, postgres_cpu(instance) - sql, "ends in a commit")


def prepared_reads(instance):
    """pgbench and a session of ours, in turns: the same read over the same socket."""
    lines = (instance.dir / "data/postgres/postmaster.pid").read_text().splitlines()
    script = pathlib.Path(tempfile.mkdtemp()) / "read.sql"
    script.write_text("SELECT id, username, domain, uri, url, display_name FROM accounts WHERE id = 1000001;\n")
    seconds = 2 if QUICK else 5
    command = ["pgbench", "-n", "-M", "prepared", "-c1", f"-T{seconds}", "-f", str(script), "-h", lines[4], "-p", lines[3], "-U", "dunlin", "dunlin"]
    path = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/pgbench"), reverse=True)), "pgbench")
    before = os.times()
    sql = postgres_cpu(instance)
    text = subprocess.run([path, *command[1:]], capture_output=True, text=True, check=True).stdout
    after = os.times()
    count = next(int(line.split()[-1].split("/")[0]) for line in text.splitlines() if "transactions actually processed" in line)
    report("pgbench, one prepared read", count, after.children_user + after.children_system - before.children_user - before.children_system,
           postgres_cpu(instance) - sql)
    url = f"host={lines[4]} port={lines[3]} user=dunlin dbname=dunlin"
    before = os.times()
    sql = postgres_cpu(instance)
    count = int(subprocess.run([str(pathlib.Path(BINARY).parent / "dunlin-bench-read"), url, str(seconds)], capture_output=True, text=True,
                               check=True).stdout)
    after = os.times()
    report("  the same through our session", count, after.children_user + after.children_system - before.children_user - before.children_system,
           postgres_cpu(instance) - sql)


def cpu_of(instance, work):
    app, sql = cpu_seconds(instance.process.pid), postgres_cpu(instance)
    work()
    return cpu_seconds(instance.process.pid) - app, postgres_cpu(instance) - sql


def caller(instance, token):
    """Calls over one kept connection; anything but 200 ends the run."""
    connection = http.client.HTTPConnection("127.0.0.1", instance.port)

    def call(method, path):
        connection.request(method, path, headers={"Authorization": f"Bearer {token() if callable(token) else token}"})
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise SystemExit(f"{method} {path}: {reply.status}")

    return call


def measure_cold_marks(instance, reader, path, status):
    """What a page costs whose reader has just marked something: with the marks, less the marks alone."""
    rounds = 300 if QUICK else 1500
    call = caller(instance, reader.token)

    def run(reads):
        for i in range(rounds):
            call("POST", f"/api/v1/statuses/{status}/{'un' if i % 2 else ''}bookmark")
            if reads:
                call("GET", path)

    run(True)
    alone, both = cpu_of(instance, lambda: run(False)), cpu_of(instance, lambda: run(True))
    report("home timeline, marks cold", rounds, both[0] - alone[0], both[1] - alone[1])


def measure_first_reads(instance, owner):
    """Home pages of readers who were not here before: tokens, rings, marks and most statuses are cold."""
    count = 200 if QUICK else 1000
    psql(instance, f"""
      INSERT INTO accounts (id, username, uri, url, created_at, updated_at)
        SELECT 3000000 + g, 'cold' || g, 'http://{instance.domain}/ap/users/c' || g, 'http://{instance.domain}/@cold' || g, now(), now()
        FROM generate_series(1, {count}) g;
      INSERT INTO account_stats (account_id) SELECT 3000000 + g FROM generate_series(1, {count}) g;
      INSERT INTO users (id, account_id, email, password_hash, confirmed_at, created_at, last_active_on)
        SELECT 3000000 + g, 3000000 + g, 'cold' || g || '@example.org', '', now(), now(), (now() AT TIME ZONE 'UTC')::date
        FROM generate_series(1, {count}) g;
      INSERT INTO access_tokens (id, token_hash, application_id, user_id, scopes, created_at)
        SELECT 3000000 + g, sha256(('cold-' || g)::bytea), (SELECT min(id) FROM applications), 3000000 + g, '{{read}}', now()
        FROM generate_series(1, {count}) g;
      INSERT INTO follows (id, account_id, target_account_id, created_at)
        SELECT 30000000 + g * 100 + f, 3000000 + g, 1000001 + (g * 37 + f * 11) % 1999, now()
        FROM generate_series(1, {count}) g, generate_series(1, 50) f;
      ANALYZE follows;
    """)
    numbers = iter(range(1, count + 1))
    call = caller(instance, lambda: f"cold-{next(numbers)}")
    app, sql = cpu_of(instance, lambda: [call("GET", "/api/v1/timelines/home") for _ in range(count)])
    report("home timeline, first read of each reader", count, app, sql)


def measure_accounts(instance):
    """Account pages that nobody read before, then the same again."""
    count = 300 if QUICK else 1500
    call = caller(instance, "")
    for name in ("account page, 20 statuses, cold", "  again"):
        app, sql = cpu_of(instance, lambda: [call("GET", f"/api/v1/accounts/{1000001 + g}/statuses") for g in range(count)])
        report(name, count, app, sql)


def bench_reads(instance, reader, writer):
    prepared_reads(instance)
    measure_get("fixed answer of the io thread (/health)", instance, "/health")
    style = request("GET", instance.url + "/static/style.css").body
    measure_get(f"fixed answer of {len(style)} bytes", instance, "/static/style.css")
    nginx(style)
    status = writer.status("one")["id"]
    measure_get("one status", instance, f"/api/v1/statuses/{status}")
    home = "/api/v1/timelines/home"
    page = request("GET", instance.url + home, token=reader.token)
    measure_get(f"home timeline, warm, 20 statuses, {len(page.body)} bytes", instance, home, reader.token)
    measure_cold_marks(instance, reader, home, status)
    measure_first_reads(instance, writer)
    measure_get("public timeline, 20 statuses", instance, "/api/v1/timelines/public")
    measure_get("list timeline, 20 statuses", instance, "/api/v1/timelines/list/1", reader.token)
    measure_get("hashtag timeline, 20 statuses", instance, "/api/v1/timelines/tag/tag1")
    measure_accounts(instance)


def bench_media(instance, reader, writer):
    media.measure_file(nginx, measure_get, instance)
    media.measure_uploads(instance, reader, writer, QUICK)
    media.measure_memory(instance, writer)


def bench_posts(instance, reader, writer):
    measure_posts(instance, writer, 200 if QUICK else 1000)


def read_ids_seconds(instance, author, rounds):
    """CPU of PostgreSQL for reading who follows the author."""
    before = postgres_cpu(instance)
    psql(instance, f"PREPARE followers AS SELECT account_id FROM follows WHERE target_account_id = $1;\n"
         + f"EXECUTE followers({author.id});\n" * rounds)
    time.sleep(0.5)  # until the server has seen the end of its process
    return (postgres_cpu(instance) - before) / rounds


def bench_streams(instance, reader, writer):
    readers = 200 if QUICK else 1000
    stranger = instance.add_user("stranger")
    psql(instance, stream_load.reader_sql(writer.id, readers))
    time.sleep(31)  # the key that the stranger took is made anew: not what is measured
    stream_load.measure_idle(instance, readers, 1000 if QUICK else 10_000)
    stream_load.measure_rings(instance, writer, stranger, readers, 50 if QUICK else 300, lambda *args: read_ids_seconds(instance, *args), report)
    stream_load.measure_fan_out(instance, writer, stranger, readers, 10 if QUICK else 30, report)
    stream_load.measure_churn(instance, readers, 1000 if QUICK else 5000)


def bench_federation(instance, reader, writer):
    federation.measure(instance, writer)


# In this order, over one instance; "fan-out" has instances of its own.
PARTS = {"reads": bench_reads, "media": bench_media, "posts": bench_posts, "streams": bench_streams, "federation": bench_federation}


def main():
    stream_load.raise_file_limit()
    wanted = [a for a in sys.argv[1:] if a != "--quick"] or [*PARTS, "fan-out"]
    if unknown := set(wanted) - {*PARTS, "fan-out"}:
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}, fan-out")
    print(f"{'operation':<46} {'count':>8} {'app us':>10} {'pg us':>10}")
    if any(part in wanted for part in PARTS):
        with Instance(env={"DUNLIN_LOG__LEVEL": "info", "DUNLIN_STREAMING__MAX_PER_USER": "20000",
                           "DUNLIN_SERVER__MAX_CONNECTIONS": "20000", "DUNLIN_LIMITS__RATE_LIMITS": "false"}) as instance:
            wait_until_idle(instance)  # spare keys are made now: not what is measured
            print(f"idle RSS of the daemon: {rss_mib(instance.process.pid):.1f} MiB")
            reader, writer = instance.add_user("reader"), instance.add_user("writer")
            fill(instance, reader)
            for name, part in PARTS.items():
                if name in wanted:
                    part(instance, reader, writer)
            print(f"RSS of the daemon after all that: {rss_mib(instance.process.pid):.1f} MiB")
    if "fan-out" in wanted:
        federation.measure_fan_out()


if __name__ == "__main__":
    if not os.access(BINARY, os.X_OK):
        raise SystemExit(f"no program at {BINARY}")
    main()
