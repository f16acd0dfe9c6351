"""A fediverse inside of this process: many hosts on loopback addresses of their own, some of which accept and then hang. By itself
(python3 tests/bench/fediverse.py [--quick]) it measures what the hanging ones cost the others."""

import asyncio
import threading
import time

ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class _Peer(asyncio.Protocol):
    """Swallows POSTs, and answers them unless its host hangs."""

    def __init__(self, fediverse, address):
        self.fediverse, self.address, self.buffer, self.hangs = fediverse, address, b"", address in fediverse.hanging

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            at = self.buffer.find(b"Content-Length: ")
            length = int(self.buffer[at + 16:self.buffer.index(b"\r", at)]) if 0 <= at < end else 0
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length:]
            if self.hangs:
                continue
            self.fediverse.received += 1
            self.fediverse.arrived[self.address] = time.monotonic()
            self.transport.write(ANSWER)


class SimulatedFediverse:
    """`count` hosts 127.64.a.b on one port. Those of `hanging`, every so many, read a request and never answer."""

    def __init__(self, port, count, hanging=0):
        self.port = port
        self.addresses = [f"127.64.{i // 250}.{i % 250 + 1}" for i in range(count)]
        # Spread evenly: nothing may depend on who comes first.
        self.hanging = {self.addresses[i * count // hanging] for i in range(hanging)}
        self.received = 0
        self.arrived = {}  # address -> when the last delivery came
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        if not ready.wait(30):
            raise SystemExit("the simulated hosts did not start")

    def inbox(self, address):
        return f"http://{address}:{self.port}/inbox"

    def forget(self):
        self.arrived = {}

    def healthy_served(self):
        return len(self.arrived)

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, ready):
        asyncio.set_event_loop(self._loop)

        async def listen():
            for address in self.addresses:
                await self._loop.create_server(lambda a=address: _Peer(self, a), address, self.port, backlog=64)

        self._loop.run_until_complete(listen())
        ready.set()
        self._loop.run_forever()


def followers_sql(fediverse, addresses, target, followers_each):
    """Followers of the local account `target`, so many on each host."""
    rows = ",".join(f"({i}, '{address}:{fediverse.port}')" for i, address in enumerate(addresses))
    return f"""
      SET synchronous_commit = off;
      CREATE TEMP TABLE hosts (n bigint, host text);
      INSERT INTO hosts VALUES {rows};
      INSERT INTO instances SELECT host, now() FROM hosts;
      INSERT INTO accounts (id, username, domain, uri, url, inbox_url, shared_inbox_url, created_at, updated_at, fetched_at)
        SELECT 2000000 + n * 1000 + g, 'f' || g, host, 'http://' || host || '/users/' || g, 'http://' || host || '/@' || g,
               'http://' || host || '/users/' || g || '/inbox', 'http://' || host || '/inbox', now(), now(), now()
        FROM hosts, generate_series(1, {followers_each}) g;
      INSERT INTO account_stats (account_id) SELECT id FROM accounts WHERE id > 2000000 AND id < 9000000 ON CONFLICT DO NOTHING;
      INSERT INTO follows (id, account_id, target_account_id, created_at)
        SELECT id, id, {target}, now() FROM accounts WHERE id > 2000000 AND id < 9000000;
      ANALYZE;
    """


if __name__ == "__main__":
    import federation

    federation.measure_fan_out()
