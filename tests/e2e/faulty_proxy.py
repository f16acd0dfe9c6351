"""A TCP proxy on loopback that does to connections what networks do: refuses, delays, cuts, holds them. Standard library only."""

import random
import socket
import threading
import time


class FaultyProxy:
    """Listens on `port` and passes connections on to `target_port`, after whatever `faults` (0 to 1) makes of them."""

    def __init__(self, port, target_port, seed):
        self.target_port = target_port
        self.faults = 0.0
        self._random = random.Random(seed)
        self._socket = socket.create_server(("127.0.0.1", port), backlog=128)
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._closed = True
        self._socket.close()

    def _accept(self):
        while not self._closed:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, self._random.random(), self._random.random()), daemon=True).start()

    def _serve(self, client, luck, kind):
        limit = None
        if luck < self.faults:
            if kind < 0.4:  # cut before anything is answered
                client.close()
                return
            if kind < 0.7:  # cut in the middle: the request may have been carried out
                limit = 200
            else:  # slow
                time.sleep(0.5 + kind)
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port), timeout=5)
        except OSError:
            client.close()
            return
        # Without a limit a pair of threads would wait for ever on a connection that both sides keep.
        client.settimeout(60)
        server.settimeout(60)
        threading.Thread(target=self._pipe, args=(client, server, None), daemon=True).start()
        self._pipe(server, client, limit)

    @staticmethod
    def _pipe(source, sink, limit):
        passed = 0
        try:
            while data := source.recv(65536):
                if limit is not None and passed + len(data) > limit:
                    break
                sink.sendall(data)
                passed += len(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
