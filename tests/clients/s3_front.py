"""What stands before an S3 server that verifies nothing: it verifies signatures of version 4 with Amazon's own library, and can lose
connections where a test wants it."""

import hashlib
import http.client
import http.server
import threading
import urllib.parse

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY = "S3RVER"
REGION = "us-east-1"


def fields_of(authorization):
    """The parts of "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=..."."""
    return dict(part.strip().split("=", 1) for part in authorization.removeprefix("AWS4-HMAC-SHA256 ").split(","))


def expected(method, url, headers, date, by_query):
    signer = (S3SigV4QueryAuth if by_query else S3SigV4Auth)(Credentials(KEY, KEY), "s3", REGION)
    request = AWSRequest(method=method, url=url, headers=headers)
    request.context["timestamp"] = date
    # An address is signed as it is; the other one takes the digest from its header.
    return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)


def fault_of(method, authority, path, headers, body):
    """Why the request is not to be believed; None: it is."""
    host = headers.get("Host")
    if host != authority:
        return f"host {host}"
    url = urllib.parse.urlsplit(f"http://{host}{path}")
    query = urllib.parse.parse_qsl(url.query, keep_blank_values=True)
    if "X-Amz-Signature" in dict(query):
        rest = "&".join(part for part in url.query.split("&") if not part.startswith("X-Amz-Signature="))
        given = dict(query)
        wanted = expected(method, url._replace(query=rest).geturl(), {"host": host}, given["X-Amz-Date"], True)
        return None if wanted == given["X-Amz-Signature"] else "signature of the address"
    if not headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 "):
        return "not signed"
    if headers["X-Amz-Content-Sha256"] != hashlib.sha256(body).hexdigest():
        return "digest"
    fields = fields_of(headers["Authorization"])
    signed = {name: headers[name] for name in fields["SignedHeaders"].split(";")}
    wanted = expected(method, url.geturl(), signed, headers["X-Amz-Date"], False)
    return None if wanted == fields["Signature"] else "signature"


class Front:
    """Passes on to `store_port` what is signed well, for this `host`. `lose`: whether the connection breaks at a request (method, path)."""

    def __init__(self, port, store_port, host):
        self.faults = []
        self.passed = []  # (method, path)
        self.lose = lambda method, path: False
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if front.lose(self.command, self.path):
                    self.close_connection = True
                    return None
                fault = fault_of(self.command, f"{host}:{port}", self.path, self.headers, body)
                if fault:
                    front.faults.append(f"{self.command} {self.path}: {fault}")
                    return self.give(403, [], b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
                front.passed.append((self.command, self.path))
                store = http.client.HTTPConnection("127.0.0.1", store_port, timeout=60)
                try:
                    store.request(self.command, self.path, body=body, headers=dict(self.headers))
                    answer = store.getresponse()
                    self.give(answer.status, answer.getheaders(), answer.read())
                except OSError:
                    self.close_connection = True
                finally:
                    store.close()

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on

            def give(self, status, headers, body):
                self.send_response_only(status)
                length = next((value for name, value in headers if name.lower() == "content-length"), None)
                for name, value in headers:
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "keep-alive"):
                        self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
