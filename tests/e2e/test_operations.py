"""What an admin meets: clear errors, outages of the database, stopping, metrics, the policy of whom to speak with."""

import base64
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from harness import BINARY, Instance, request, wait_until


def run(*args, **kwargs):
    return subprocess.run([BINARY, *args], capture_output=True, text=True, timeout=60, **kwargs)


class CommandLine(unittest.TestCase):
    def config(self, text):
        path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "dunlin.toml"
        path.write_text(text)
        return str(path)

    def refused(self, done, *words):
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_bad_usage_is_2(self):
        self.assertEqual(run().returncode, 2)
        self.assertEqual(run("no-such-command").returncode, 2)
        self.assertEqual(run("--version").returncode, 0)

    def test_a_wrong_setting_is_one_line_that_names_it(self):
        check = lambda text: run("--config", self.config(text), "check-config")
        self.refused(check('[server]\ndomain = "a.example"\nlisten = "nonsense"\n'), "listen", "nonsense")
        self.refused(check('[server]\ndomian = "a.example"\n'), "domian", "domain")
        self.refused(check('[server]\ndomain = "a.example"\n[federation]\nmode = "maybe"\n'), "mode", "maybe", "allowlist")
        self.refused(check("[server\n"), "dunlin.toml")
        self.refused(run("--config", "/does/not/exist.toml", "check-config"), "/does/not/exist.toml")
        good = check('[server]\ndomain = "a.example"\n')
        self.assertEqual(good.returncode, 0, good.stderr)

    def test_an_environment_variable_wins_over_the_file(self):
        path = self.config('[server]\ndomain = "a.example"\n')
        done = run("--config", path, "print-config", env={"DUNLIN_INSTANCE__TITLE": "From outside", "PATH": "/usr/bin"})
        self.assertIn("From outside", done.stdout)

    def test_accounts_are_refused_with_a_reason(self):
        with Instance() as a:
            create = lambda *args: a.cli("account", "create", *args, check=False)
            a.add_user("alice")
            self.refused(create("--username", "Alice", "--email", "x@example.com"), "taken")
            self.refused(create("--username", "bad name", "--email", "x@example.com"), "Username")
            self.refused(create("--username", "bob", "--email", "nonsense"), "Email")
            self.refused(a.cli("token", "create", "--username", "nobody", "--scopes", "read", check=False), "nobody")
            self.refused(a.cli("token", "create", "--username", "alice", "--scopes", "fly", check=False), "fly")
            self.assertIn("alice", a.cli("account", "list"))
            self.assertIn("good", a.cli("doctor"))

    def test_the_instance_actor_gets_new_keys(self):
        with Instance() as a:
            def key():
                actor = request("GET", a.url + "/actor", headers={"Accept": "application/activity+json"})
                return actor.json()["publicKey"]["id"]

            before = key()
            self.refused(a.cli("account", "rotate-keys", check=False), "--instance")
            self.refused(a.cli("account", "rotate-keys", "alice", "--instance", check=False), "--instance")
            self.assertIn("instance actor", a.cli("account", "rotate-keys", "--instance", "--leaked"))
            self.assertNotEqual(key(), before)


class Serving(unittest.TestCase):
    def test_a_taken_port_is_one_clear_line_and_exit_1(self):
        with Instance() as a, Instance() as b:
            b.stop()
            b.config.write_text(b.config.read_text().replace(f'listen = "127.0.0.1:{b.port}"', f'listen = "127.0.0.1:{a.port}"'))
            done = b.cli("serve", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(str(a.port), done.stderr.strip().splitlines()[-1])

    def test_the_database_goes_and_comes_back(self):
        with Instance() as a:
            alice = a.add_user("alice")
            master = int((a.dir / "data/postgres/postmaster.pid").read_text().split()[0])
            os.kill(master, signal.SIGKILL)
            seen = set()

            def served_again():
                reply = request("GET", f"{a.url}/api/v1/timelines/home", token=alice.token)
                seen.add(reply.status)
                if reply.status == 503:
                    self.assertIn("error", reply.json())
                    self.assertTrue(reply.headers["Retry-After"])
                return reply.status == 200

            wait_until(served_again, 60, "service resumes by itself")
            self.assertLessEqual(seen, {200, 503})
            alice.status("still here")
            self.assertEqual(request("GET", a.url + "/health").status, 200)

    def test_metrics_are_for_trusted_addresses(self):
        with Instance() as a:
            self.assertIn("dunlin_http_requests_total", request("GET", a.url + "/metrics").body.decode())
            self.assertEqual(request("GET", a.url + "/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status, 404)

    def test_a_unix_socket_serves(self):
        with Instance() as a:
            a.stop()
            path = a.dir / "socket"
            text = a.config.read_text().replace(f'listen = "127.0.0.1:{a.port}"', f'listen = "unix:{path}"')
            a.config.write_text(text)
            with open(a.log, "ab") as log:
                a.process = subprocess.Popen([BINARY, "--config", str(a.config), "serve"], stdout=log, stderr=log, env=a.env)
            ask = lambda: subprocess.run(["curl", "-sf", "--unix-socket", str(path), "http://localhost/ready"]).returncode == 0
            wait_until(ask, 30, "an answer on the unix socket")

    def test_federation_off_and_allowlist(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            open_config = b.config.read_text()
            for mode, allowed, found in (("off", a.domain, []), ("allowlist", "peer.example", []), ("allowlist", a.domain, [alice.handle])):
                b.stop()
                b.config.write_text(open_config.replace("[federation]\n", f'[federation]\nmode = "{mode}"\nallowlist = ["{allowed}"]\n'))
                b.start()
                accounts = bob.get(f"/api/v2/search?resolve=true&q=@{alice.handle}")["accounts"]
                self.assertEqual([x["acct"] for x in accounts], found, (mode, allowed))

    def test_encrypted_keys_sign_with_their_secret_and_nothing_starts_without(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            plain = a.config.read_text()
            secrets = [base64.b64encode(bytes([n] * 32)).decode() for n in (1, 2)]
            right, wrong = (plain.replace("[federation]\n", f'[federation]\nkey_secret = "{secret}"\n') for secret in secrets)

            def restart(config):
                a.stop()
                a.config.write_text(config)
                a.start()

            def keys():
                actor = request("GET", f"{a.url}/ap/users/{alice.id}", headers={"Accept": "application/activity+json"}).json()
                return actor["publicKey"]["publicKeyPem"]

            def tell(text):
                """It comes only with a signature that holds."""
                alice.status(f"@{bob.handle} {text}")
                wait_until(lambda: any(text in n["status"]["content"] for n in bob.notifications("mention")), what=text)

            self.assertEqual(a.cli("account", "encrypt-keys", check=False).returncode, 1)  # with what
            restart(right)
            self.assertRegex(a.cli("account", "encrypt-keys"), r"^[2-9]\d* keys are encrypted now$")
            restart(right)
            tell("encrypted")
            old = keys()
            a.cli("account", "rotate-keys", "alice", "--leaked")
            self.assertNotEqual(keys(), old)
            tell("rotated")

            a.stop()
            for config in (plain, wrong):
                a.config.write_text(config)
                done = a.cli("serve", check=False)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr.strip().splitlines()[-1], r"A private key cannot be read \(it (is encrypted, and no secret is set|was sealed with another key)")
            a.config.write_text(right)
            a.start()
            self.assertIn("stop it first", a.cli("account", "decrypt-keys", check=False).stderr)
            a.stop()
            self.assertRegex(a.cli("account", "decrypt-keys"), r"^[2-9]\d* keys are stored as they are now$")
            a.config.write_text(plain)
            a.start()
            tell("decrypted")

    def test_verdicts_say_what_became_of_activities(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            alice.follow(bob)
            host = a.url.split("//")[1]
            of_a = lambda *more: b.cli("domain", "verdicts", "--host", host, *more).splitlines()
            follow = wait_until(lambda: [line for line in of_a() if " Follow accepted none " in line], what="the verdict on the Follow")
            self.assertEqual(len(follow), 1)
            self.assertRegex(follow[0], r"^\d{4}-\d\d-\d\dT\S+ " + host)
            self.assertEqual(of_a("--verdict", "rejected"), [])

            # What the inbox refuses is among them, without having been taken.
            nobody = {"id": f"{a.url}/x#1", "type": "Like", "actor": f"{a.url}/x", "object": f"{b.url}/y"}
            headers = {"Content-Type": "application/activity+json"}
            self.assertEqual(request("POST", f"{b.url}/inbox", body=nobody, headers=headers).status, 401)
            (refused,) = of_a("--reason", "bad_signature")
            self.assertIn(" Like rejected bad_signature ", refused)
            self.assertIn(refused, b.cli("job", "verdicts", "--verdict", "rejected").splitlines())
            self.assertEqual(of_a("--reason", "flood"), [])
            self.assertIn("Like         rejected", b.cli("domain", "show", host))

            b.cli("domain", "block", host)
            b.stop()
            b.start()  # it has read the policy for sure
            alice.status(f"is @{bob.handle} there")
            wait_until(lambda: of_a("--reason", "domain_policy"), 30, "the refusal of a blocked server")

            bad = b.cli("domain", "verdicts", "--reason", "nonsense", check=False)
            self.assertNotEqual(bad.returncode, 0)
            self.assertIn("nobody_concerned", bad.stderr)
            self.assertEqual(b.cli("job", "verdicts", "--host", "never.met.example"), "")


if __name__ == "__main__":
    unittest.main()
