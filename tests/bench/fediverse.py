"""A fediverse inside of this process: many hosts on loopback addresses of their own, some of which accept and then hang."""

import asyncio
import threading
import time

ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class SimulatedFediverse:
    """`count` hosts 127.64.a.b on one port. Those of `hanging` read a request and never answer."""

    def __init__(self, port, count, hanging=0):
        self.port = port
        self.addresses = [f"127.64.{i // 250}.{i % 250 + 1}" for i in range(count)]
        self.hanging = set(self.addresses[:hanging])
        self.arrived = {}  # address -> when the first delivery came
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        if not ready.wait(30):
            raise SystemExit("the simulated hosts did not start")

    def inbox(self, address):
        return f"http://{address}:{self.port}/inbox"

    def healthy_served(self):
        return len(self.arrived.keys() - self.hanging)

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, ready):
        asyncio.set_event_loop(self._loop)

        async def listen():
            for address in self.addresses:
                await asyncio.start_server(lambda r, w, a=address: self._serve(a, r, w), address, self.port)

        self._loop.run_until_complete(listen())
        ready.set()
        self._loop.run_forever()

    async def _serve(self, address, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
                await reader.readexactly(length)
                if address in self.hanging:
                    await asyncio.sleep(3600)
                self.arrived.setdefault(address, time.monotonic())
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


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
