"""Signing up with a real daemon and a mail server of the test's own."""

import email
import email.policy
import re
import socketserver
import threading
import unittest

import harness
from browser import Browser
from harness import Instance, request, wait_until


class _Session(socketserver.StreamRequestHandler):
    """As much SMTP as takes a mail."""

    def handle(self):
        def say(line):
            self.wfile.write(line.encode() + b"\r\n")

        say("220 sink")
        recipients = []
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word in (b"EHLO", b"HELO"):
                say("250 sink")
            elif word == b"RCPT":
                address = line.decode().strip()
                if "refused@" in address:
                    say("550 no such mailbox")
                else:
                    recipients.append(address)
                    say("250 ok")
            elif word == b"DATA":
                if self.server.busy > 0:
                    self.server.busy -= 1
                    say("451 try later")
                    continue
                say("354 go on")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line[1:] if line.startswith(b".") else line)
                self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
                say("250 taken")
            elif word == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails = []
        self.busy = 0  # how many mails are put off

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.shutdown()
        self.server_close()

    def mail_to(self, address):
        found = wait_until(lambda: [m for m in self.mails if address in str(m["To"])], what=f"a mail to {address}")
        return found[-1]


def config(sink):
    return f"""
[registrations]
mode = "open"
[smtp]
host = "127.0.0.1"
port = {sink.server_address[1]}
security = "none"
"""


class Mail(unittest.TestCase):
    def test_sign_up_by_an_app_and_confirm(self):
        with Sink() as sink, Instance(config(sink)) as here:
            app = request("POST", here.url + "/api/v1/apps", body={
                "client_name": "Sandpiper", "redirect_uris": "sandpiper://back", "scopes": "read write"}).json()
            token = request("POST", here.url + "/oauth/token", body={
                "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"],
                "scope": "read write"}).json()["access_token"]
            made = request("POST", here.url + "/api/v1/accounts", token=token, body={
                "username": "wren", "email": "wren@example.com", "password": "correct horse", "agreement": True, "locale": "en"})
            self.assertEqual(made.status, 200, made.body)
            user = made.json()["access_token"]
            self.assertEqual(request("GET", here.url + "/api/v1/accounts/verify_credentials", token=user).status, 403)

            mail = sink.mail_to("wren@example.com")
            text = mail.get_body(("plain",)).get_content()
            self.assertIn("@wren@", text)
            self.assertIn("Confirm my address", mail.get_body(("html",)).get_content())
            link = re.search(r"http://\S+confirmation_token=\S+", text).group(0)
            page = Browser(here.url).open(link)
            self.assertEqual(page.status, 200)
            self.assertIn("sandpiper://back", page.text)
            self.assertEqual(request("GET", here.url + "/api/v1/accounts/verify_credentials", token=user).status, 200)
            wait_until(lambda: any("Welcome" in m["Subject"] for m in sink.mails), what="a mail of welcome")

    def test_a_mail_that_is_put_off_comes_later_and_a_refused_one_holds_nothing_up(self):
        with Sink() as sink, Instance(config(sink)) as here:
            here.add_user("robin")
            here.cli("account", "modify", "--username", "robin", "--email", "refused@example.com")
            sink.busy = 1

            def ask(address):
                browser = Browser(here.url)
                form = browser.open(here.url + "/auth/password/new").form_with("email")
                form["fields"]["email"] = address
                return browser.open(here.url + form["action"], form["fields"])

            self.assertEqual(ask("refused@example.com").status, 200)
            here.cli("account", "create", "--username", "wren", "--email", "wren@example.com", "--password", "correct horse", "--confirmed")
            self.assertEqual(ask("wren@example.com").status, 200)
            self.assertIn("password", sink.mail_to("wren@example.com").get_body(("plain",)).get_content())
            self.assertEqual(sink.busy, 0)
            self.assertEqual([m["To"] for m in sink.mails if "refused" in m["To"]], [])
            wait_until(lambda: "mail" not in here.cli("job", "status"), what="no mail waits")


if __name__ == "__main__":
    unittest.main()
