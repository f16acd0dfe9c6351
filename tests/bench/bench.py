"""CPU per operation of the daemon and of its PostgreSQL, measured against ceilings in the same run. Prints a table.

Usage: scripts/bench [--quick]. Loopback only; every loop is bounded. Numbers swing with whatever else the machine does:
compare ratios, not seconds."""

import base64
import concurrent.futures
import datetime
import glob
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: E402
import stream_load  # noqa: E402
from fediverse import SimulatedFediverse, followers_sql  # noqa: E402
import media  # noqa: E402
from harness import BINARY, Instance, free_port, request, wait_until  # noqa: E402

QUICK = "--quick" in sys.argv
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid, with_reaped=False):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(fields[i]) for i in ((11, 12, 13, 14) if with_reaped else (11, 12))) / TICK


def children(pid):
    found = []
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            fields = pathlib.Path(stat).read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.split("/")[2]))
    return found


def postmaster(instance):
    return int((instance.dir / "data/postgres/postmaster.pid").read_text().split()[0])


def postgres_cpu(instance):
    master = postmaster(instance)
    return cpu_seconds(master, with_reaped=True) + sum(cpu_seconds(p) for p in children(master))


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


ROWS = []


def report(name, operations, app, postgres=0.0, note=""):
    ROWS.append((name, operations, app / operations * 1e6, postgres / operations * 1e6, note))
    print(f"{name:<46} {operations:>8} {app / operations * 1e6:>10.1f} {postgres / operations * 1e6:>10.1f}  {note}", flush=True)


def wrk(url, seconds, token=None, connections=16):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text:
        raise SystemExit(f"{url}: {text}")
    return next(int(line.split()[0]) for line in text.splitlines() if "requests in" in line)


def measure_get(name, instance, path, token=None, note=""):
    wrk(instance.url + path, 1, token)
    app, sql = cpu_seconds(instance.process.pid), postgres_cpu(instance)
    count = wrk(instance.url + path, 2 if QUICK else 6, token)
    report(name, count, cpu_seconds(instance.process.pid) - app, postgres_cpu(instance) - sql, note)


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
    before = cpu_seconds(worker)
    count = wrk(url, 2 if QUICK else 6)
    used = cpu_seconds(worker) - before
    process.terminate()
    process.wait()
    report(f"nginx, static file of {len(body)} bytes", count, used)


def _answers(url):
    try:
        return request("GET", url).status == 200
    except OSError:
        return False


def psql(instance, sql):
    """Runs SQL in the daemon's private cluster."""
    lines = (instance.dir / "data/postgres/postmaster.pid").read_text().splitlines()
    command = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", lines[4], "-p", lines[3], "-U", "dunlin", "-d", "dunlin", "-f", "-"]
    subprocess.run(command, input=sql, text=True, check=True, stdout=subprocess.DEVNULL)


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


class Peer:
    """A remote server with one actor: serves its document, swallows what is delivered to it."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.actor = f"{self.url}/users/peer"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.received = 0
        peer = self
        pem = self.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body=b"", kind="application/activity+json"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                if "webfinger" in self.path:
                    handle = f"acct:peer@127.0.0.1:{peer.port}"
                    links = [{"rel": "self", "type": "application/activity+json", "href": peer.actor}]
                    return self.answer(200, json.dumps({"subject": handle, "links": links}).encode(), "application/jrd+json")
                self.answer(200, json.dumps({
                    "@context": "https://www.w3.org/ns/activitystreams", "id": peer.actor, "type": "Person", "preferredUsername": "peer",
                    "inbox": peer.actor + "/inbox", "outbox": peer.actor + "/outbox", "followers": peer.actor + "/followers",
                    "publicKey": {"id": peer.actor + "#main-key", "owner": peer.actor, "publicKeyPem": pem}}).encode())

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                peer.received += 1
                self.answer(202)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def signed(self, host, path, activity):
        body = json.dumps(activity).encode()
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
        digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        text = f"(request-target): post {path}\nhost: {host}\ndate: {date}\ndigest: {digest}"
        signature = base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        return body, {"Host": host, "Date": date, "Digest": digest, "Content-Type": "application/activity+json",
                      "Signature": f'keyId="{self.actor}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="{signature}"'}

    def create(self, n, to):
        note = f"{self.url}/notes/{n}"
        audience = {"to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [to]}
        return {"@context": "https://www.w3.org/ns/activitystreams", "id": note + "/activity", "type": "Create", "actor": self.actor, **audience,
                "object": {"id": note, "type": "Note", "attributedTo": self.actor, "content": f"<p>note {n} with some text in it</p>",
                           "published": datetime.datetime.now(datetime.timezone.utc).isoformat(), **audience}}


def measure_inbox(instance, peer, to, count):
    requests = [peer.signed(instance.domain, "/inbox", peer.create(n, to)) for n in range(count)]
    warm = peer.signed(instance.domain, "/inbox", peer.create("warm", to))
    assert request("POST", instance.url + "/inbox", headers=warm[1], body=json.loads(warm[0])).status in (202, 401)

    def send(part):
        connection = http.client.HTTPConnection("127.0.0.1", instance.port)
        for body, headers in part:
            connection.request("POST", "/inbox", body, headers)
            reply = connection.getresponse()
            reply.read()
            if reply.status != 202:
                raise SystemExit(f"POST inbox: {reply.status}")

    app, sql = cpu_seconds(instance.process.pid), postgres_cpu(instance)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(send, [requests[i::4] for i in range(4)]))
    wait_until(lambda: request("GET", f"{instance.url}/api/v1/timelines/public?limit=1").status == 200, what="still serving")
    report("inbox POST (verified, queued, mostly processed)", count, cpu_seconds(instance.process.pid) - app, postgres_cpu(instance) - sql)


def measure_delivery(instance, user, peer, count):
    before = peer.received
    app, sql = cpu_seconds(instance.process.pid), postgres_cpu(instance)
    connection = http.client.HTTPConnection("127.0.0.1", instance.port)
    headers = {"Authorization": f"Bearer {user.token}", "Content-Type": "application/x-www-form-urlencoded"}
    for i in range(count):
        connection.request("POST", "/api/v1/statuses", f"status=@peer@127.0.0.1:{peer.port}+number+{i}&visibility=direct", headers)
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise SystemExit(f"POST direct status: {reply.status}")
    wait_until(lambda: peer.received - before >= count, 120, "all deliveries")
    report("POST status + delivery to one inbox", count, cpu_seconds(instance.process.pid) - app, postgres_cpu(instance) - sql)


def fan_out_seconds(hosts, hanging, followers_each):
    """From the post until every healthy host has it; and what the daemon's memory grew by."""
    fediverse = SimulatedFediverse(free_port(), hosts, hanging)
    with Instance(env={"DUNLIN_LOG__LEVEL": "warn"}) as instance:
        writer = instance.add_user("writer")
        psql(instance, followers_sql(fediverse, fediverse.addresses, writer.id, followers_each))
        before = rss_mib(instance.process.pid)
        start = time.monotonic()
        writer.status("to everybody")
        wait_until(lambda: fediverse.healthy_served() >= hosts - hanging, 180, "the healthy hosts are served")
        seconds = max(fediverse.arrived[a] for a in fediverse.addresses if a not in fediverse.hanging) - start
        grown = rss_mib(instance.process.pid) - before
    fediverse.close()
    return seconds, grown


def measure_fan_out():
    """10,000 followers on 1,000 hosts; 30 % of them accept and hang: the others must not wait for those."""
    hosts, each = (100, 10) if QUICK else (1000, 10)
    hanging = hosts * 3 // 10
    alone, _ = fan_out_seconds(hosts - hanging, 0, each)
    mixed, grown = fan_out_seconds(hosts, hanging, each)
    print(f"fan-out to {hosts - hanging} healthy hosts: {alone:.2f} s; beside {hanging} that hang: {mixed:.2f} s "
          f"({mixed / alone:.2f}x), RSS +{grown:.1f} MiB", flush=True)


def prepared_read_ceiling(instance):
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


def main():
    print(f"{'operation':<46} {'count':>8} {'app us':>10} {'pg us':>10}")
    nginx(b"x" * 30_000)
    with Instance(env={"DUNLIN_LOG__LEVEL": "info", "DUNLIN_STREAMING__MAX_PER_USER": "20000",
                       "DUNLIN_SERVER__MAX_CONNECTIONS": "20000"}) as instance:
        time.sleep(6)  # spare keys are made now: not what is measured
        print(f"idle RSS of the daemon: {rss_mib(instance.process.pid):.1f} MiB")
        reader, writer = instance.add_user("reader"), instance.add_user("writer")
        fill(instance, reader)
        prepared_read_ceiling(instance)
        measure_get("fixed answer (/health)", instance, "/health")
        measure_get("one status", instance, f"/api/v1/statuses/{writer.status('one')['id']}")
        page = request("GET", instance.url + "/api/v1/timelines/home", token=reader.token)
        measure_get(f"home timeline, 20 statuses, {len(page.body)} bytes", instance, "/api/v1/timelines/home", reader.token)
        measure_get("public timeline, 20 statuses", instance, "/api/v1/timelines/public")
        measure_get("list timeline, 20 statuses", instance, "/api/v1/timelines/list/1", reader.token)
        measure_get("hashtag timeline, 20 statuses", instance, "/api/v1/timelines/tag/tag1")
        media.measure_file(nginx, measure_get, instance)
        media.measure_uploads(instance, reader, writer, QUICK)
        measure_posts(instance, writer, 200 if QUICK else 1000)
        stream_load.raise_file_limit()
        psql(instance, stream_load.reader_sql(writer.id, 200 if QUICK else 1000))
        stream_load.measure_idle(instance, reader.token, 1000 if QUICK else 10_000)
        stream_load.measure_fan_out(instance, writer, 200 if QUICK else 1000, 10 if QUICK else 30, cpu_seconds, report)
        stream_load.measure_churn(instance, reader.token, 1000 if QUICK else 5000)
        peer = Peer()
        measure_inbox(instance, peer, f"{instance.url}/ap/users/{reader.id}", 200 if QUICK else 2000)
        measure_delivery(instance, writer, peer, 100 if QUICK else 500)
        print(f"RSS of the daemon after all that: {rss_mib(instance.process.pid):.1f} MiB")
    measure_fan_out()


if __name__ == "__main__":
    if not os.access(BINARY, os.X_OK):
        raise SystemExit(f"no program at {BINARY}")
    main()
