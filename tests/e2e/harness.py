"""Real daemons on loopback for the end-to-end tests. Standard library only.

DUNLIN_TEST_BINARY names the program (default build/debug/dunlin)."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("DUNLIN_TEST_BINARY", str(ROOT / "build/debug/dunlin"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, seconds=20, what="condition"):
    """Polls until condition() is true and returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def request(method, url, token=None, form=None, body=None, headers=None):
    headers = dict(headers or {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None
    if form is not None:
        data = urllib.parse.urlencode(form, doseq=True).encode()
    elif body is not None:
        data = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    req = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with _opener.open(req, timeout=30) as r:
            return Reply(r.status, r.headers, r.read())
    except urllib.error.HTTPError as e:
        return Reply(e.code, e.headers, e.read())


class Instance:
    """One daemon with a private database. Use as a context manager."""

    def __init__(self, extra="", env=None, secure_mode=False, port=None, prefix=None, reachable="127.0.0.0/8"):
        """`prefix`: a command that becomes the daemon; it gets the instance's folder before the daemon's own command.
        `reachable`: the addresses of other servers, of those that no server has in the open network."""
        self.port = port or free_port()
        self.domain = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.domain}"
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-e2e-"))
        self.dir.chmod(0o755)  # the database runs as another user when we are root
        self.config = self.dir / "dunlin.toml"
        self.log = self.dir / "log"
        self.config.write_text(f"""
[server]
domain = "{self.domain}"
listen = "127.0.0.1:{self.port}"
data_dir = "{self.dir}/data"
[federation]
allow_http = true
allow_private_addresses = ["{reachable}"]
authorized_fetch = {str(secure_mode).lower()}
[limits]
rate_limits = false
[delivery]
retry_scale = 0.02
[log]
level = "debug"
{extra}
""")
        self.env = {**os.environ, **(env or {})}
        self.process = None
        self.prefix = [*prefix, str(self.dir)] if prefix else []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()
        if exc[0] is not None:
            print(f"--- log of {self.domain} (tail)")
            lines = self.log.read_text(errors="replace").splitlines()
            print("\n".join([line for line in lines if "method=GET" not in line][-60:]))
        shutil.rmtree(self.dir, ignore_errors=True)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.prefix, BINARY, "--config", str(self.config), "serve"], stdout=log, stderr=log, env=self.env)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.log.read_text()[-4000:]}")
            try:
                return request("GET", self.url + "/ready").status == 200
            except OSError:
                return False

        wait_until(ready, 60, f"{self.domain} is ready")

    def stop(self):
        """As an admin would; the daemon must end by itself."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the daemon did not stop within 40 s of SIGTERM")
        self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def cli(self, *args, check=True):
        done = subprocess.run([BINARY, "--config", str(self.config), *args], capture_output=True, text=True, env=self.env, timeout=60)
        if check and done.returncode != 0:
            raise AssertionError(f"dunlin {args}: exit {done.returncode}: {done.stderr}")
        return done if not check else done.stdout.strip()

    def add_user(self, name, password="correct horse battery"):
        self.cli("account", "create", "--username", name, "--email", f"{name}@example.com", "--password", password, "--confirmed")
        return User(self, name, password, self.cli("token", "create", "--username", name, "--scopes", "read write follow push"))


class Sibling:
    """A second process on the database of `instance`."""

    def __init__(self, instance):
        self.port = free_port()
        self.domain = instance.domain
        self.url = f"http://127.0.0.1:{self.port}"
        lines = (instance.dir / "data/postgres/postmaster.pid").read_text().splitlines()
        url = f"host={lines[4]} port={lines[3]} user=dunlin dbname=dunlin"
        config = instance.config.read_text()
        config = config.replace(f'listen = "127.0.0.1:{instance.port}"', f'listen = "127.0.0.1:{self.port}"')
        config = config.replace("[federation]", f'[database]\nurl = "{url}"\n[federation]', 1)
        self.config = instance.dir / "sibling.toml"
        self.config.write_text(config.replace(f'{instance.dir}/data"', f'{instance.dir}/sibling"'))
        (instance.dir / "sibling").mkdir()
        (instance.dir / "sibling/media").symlink_to(instance.dir / "data/media")  # one store for both
        self.log = instance.dir / "sibling.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BINARY, "--config", str(self.config), "serve"], stdout=log, stderr=log, env=os.environ)
        wait_until(self.ready, 60, "the second process is ready")

    def ready(self):
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text()[-3000:])
        try:
            return request("GET", self.url + "/ready").status == 200
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if exc[0] is not None:
            print("--- log of the second process\n", self.log.read_text()[-4000:])
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(40)


class User:
    """A signed-in account with the calls that the tests make most."""

    def __init__(self, instance, name, password, token):
        self.instance, self.name, self.password, self.token = instance, name, password, token
        self.handle = f"{name}@{instance.domain}"
        self.id = self.get("/api/v1/accounts/verify_credentials")["id"]

    def call(self, method, path, expect=200, **kwargs):
        r = request(method, self.instance.url + path, token=self.token, **kwargs)
        if r.status != expect:
            raise AssertionError(f"{method} {path}: {r.status}, expected {expect}: {r.body[:500]!r}")
        return r.json() if r.body else None

    def get(self, path, **kwargs):
        return self.call("GET", path, **kwargs)

    def post(self, path, **kwargs):
        return self.call("POST", path, **kwargs)

    def find(self, handle):
        """The account behind user@domain, resolved over the network."""
        found = self.get("/api/v2/search?resolve=true&q=" + urllib.parse.quote("@" + handle))["accounts"]
        if not found:
            raise AssertionError(f"{self.handle} cannot find {handle}")
        return found[0]

    def home(self):
        return self.get("/api/v1/timelines/home?limit=40")

    def notifications(self, kind=None):
        return [n for n in self.get("/api/v1/notifications?limit=40") if kind in (None, n["type"])]

    def follow(self, other):
        """Follows and waits until it is accepted."""
        target = self.find(other.handle)
        self.post(f"/api/v1/accounts/{target['id']}/follow")
        wait_until(lambda: any(a["acct"].split("@")[0] == self.name for a in other.get(f"/api/v1/accounts/{other.id}/followers")),
                   what=f"{other.handle} has {self.handle} as a follower")
        wait_until(lambda: self.get(f"/api/v1/accounts/relationships?id[]={target['id']}")[0]["following"], what="the follow is accepted")
        return target

    def status(self, text, **fields):
        return self.post("/api/v1/statuses", form={"status": text, **fields})
