"""A WebSocket client for tests that need many of them, or bad ones. Standard library only."""

import base64
import json
import os
import resource
import socket
import struct


class Closed(Exception):
    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


class Refused(Exception):
    def __init__(self, status, head):
        super().__init__(f"refused with {status}")
        self.status, self.head = status, head


def raise_file_limit():
    """How many files this process, and the servers that it starts from now on, may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def open_many(instance, tokens, query="stream=user", at_once=64):
    """A stream for each token, some at a time. Where it fails all are closed."""
    streams = []
    try:
        for begin in range(0, len(tokens), at_once):
            part = [Stream(instance, token, query, wait=False) for token in tokens[begin:begin + at_once]]
            streams += part
            for stream in part:
                stream.finish()
    except BaseException:
        for stream in streams:
            stream.close()
        raise
    return streams


class Stream:
    """One connection. `query` without the token: "stream=user". Without `wait` it is open when finish() returns."""

    def __init__(self, instance, token, query="", how="header", timeout=20, headers=(), receive_buffer=None, wait=True):
        self.socket = socket.socket()
        self.socket.settimeout(timeout)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            self.socket.connect(("127.0.0.1", instance.port))
        except OSError:
            self.socket.close()
            raise
        self.buffer = b""
        lines = [f"Host: {instance.domain}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(), *headers]
        if how == "header":
            lines.append(f"Authorization: Bearer {token}")
        elif how == "subprotocol":
            lines.append(f"Sec-WebSocket-Protocol: {token}")
        elif how == "query":
            query += f"&access_token={token}"
        self.socket.sendall(f"GET /api/v1/streaming?{query} HTTP/1.1\r\n".encode() + "\r\n".join(lines).encode() + b"\r\n\r\n")
        if wait:
            self.finish()

    def finish(self):
        while b"\r\n\r\n" not in self.buffer:
            self.receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.head = head.decode()
        status = int(self.head.split()[1])
        if status != 101:
            self.socket.close()
            raise Refused(status, self.head)

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise Closed(None)
        self.buffer += data

    def need(self, count):
        while len(self.buffer) < count:
            self.receive()

    def frame(self):
        self.need(2)
        opcode, length = self.buffer[0] & 15, self.buffer[1] & 127
        at = 2
        if length == 126:
            self.need(4)
            length, at = struct.unpack(">H", self.buffer[2:4])[0], 4
        elif length == 127:
            self.need(10)
            length, at = struct.unpack(">Q", self.buffer[2:10])[0], 10
        self.need(at + length)
        payload, self.buffer = self.buffer[at:at + length], self.buffer[at + length:]
        return opcode, payload

    def message(self):
        """The next one as JSON. Raises Closed with the code, TimeoutError."""
        while True:
            opcode, payload = self.frame()
            if opcode == 1:
                return json.loads(payload)
            if opcode == 8:
                raise Closed(struct.unpack(">H", payload[:2])[0] if payload else None)
            if opcode == 9:
                self.send(payload, 10)

    def event(self, kind=None):
        """The next event of that kind: its payload, as JSON where it is some."""
        while True:
            message = self.message()
            if message.get("event") and kind in (None, message["event"]):
                payload = message.get("payload")
                return json.loads(payload) if payload else None

    def send(self, payload, opcode=1, last=True, masked=True):
        if isinstance(payload, str):
            payload = payload.encode()
        head = bytes([(128 if last else 0) | opcode])
        bit = 128 if masked else 0
        if len(payload) < 126:
            head += bytes([bit | len(payload)])
        elif len(payload) < 65536:
            head += bytes([bit | 126]) + struct.pack(">H", len(payload))
        else:
            head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
        if masked:
            mask = os.urandom(4)
            head += mask
            payload = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.socket.sendall(head + payload)

    def close_code(self):
        """Reads on until the server closes."""
        try:
            while True:
                self.message()
        except Closed as closed:
            return closed.code
        except (ConnectionResetError, BrokenPipeError):  # our pong reached a socket that was closed
            return None

    def close(self):
        self.socket.close()
