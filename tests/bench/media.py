"""Media in the benchmark: a stored file against nginx, and what uploads cost those who read timelines meanwhile."""

import concurrent.futures
import hashlib
import http.client
import multiprocessing
import os
import pathlib
import subprocess
import tempfile
import time

from harness import _opener
from test_media import resident, send, upload


def store_file(instance, content):
    """As an upload leaves it, without decoding: the path under which it is served."""
    key = hashlib.sha256(content).hexdigest()[:40] + ".png"
    folder = instance.dir / "data/media/files" / key[:2] / key[2:4]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / key).write_bytes(content)
    return "/media/files/" + key


def measure_file(nginx, measure_get, instance):
    """Over loopback the kernel does much of the receiving on the sender's account, the more the faster the client is: what
    counts is the processor time of both ends together."""
    content = os.urandom(1_000_000)
    path = store_file(instance, content)
    ratios = []
    for _ in range(3):
        theirs = nginx(content)
        ours = measure_get("stored file of 1,000,000 bytes", instance, path)
        ratios.append(ours / theirs)
    print(f"a file of 1 MB against nginx, both ends: {sorted(ratios)[1]:.2f}x (of {', '.join(f'{r:.2f}' for r in ratios)})", flush=True)


def _read_home(port, token, stop, pipe):
    """A process of its own: who uploads must not hold up who measures."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}"}
    times = []
    while not stop.is_set():
        begun = time.perf_counter()
        connection.request("GET", "/api/v1/timelines/home", headers=headers)
        connection.getresponse().read()
        times.append(time.perf_counter() - begun)
        time.sleep(0.002)  # a reader, not a flood
    pipe.send(times)


class Reader:
    """Reads home timelines while the block runs; `times` afterwards."""

    def __init__(self, instance, user):
        self.stop = multiprocessing.Event()
        self.pipe, end = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_read_home, args=(instance.port, user.token, self.stop, end))
        self.times = []

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *exc):
        self.stop.set()
        self.times = self.pipe.recv()
        self.process.join()


def measure_memory(instance, writer):
    """What the daemon's peak grows by while a sound of 70 MB is uploaded, looked at and sent back."""
    large = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-bench-")) / "large.wav"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=duration=400:sample_rate=44100", "-c:a", "pcm_s16le",
                    "-ac", "2", str(large)], check=True)
    pathlib.Path(f"/proc/{instance.process.pid}/clear_refs").write_text("5")  # the peak counts from here
    before = resident(instance)["VmRSS"]
    stored = upload(writer, large)
    with _opener.open(stored["url"], timeout=60) as reply:
        while reply.read(1 << 20):
            pass
    grown = (resident(instance)["VmHWM"] - before) / 1024
    print(f"a file of {large.stat().st_size / 1e6:.0f} MB uploaded, looked at and sent back: RSS peak +{grown:.1f} MiB", flush=True)


def _p99(times):
    return sorted(times)[int(len(times) * 0.99)] * 1000


def _upload(writer, picture, count, pipe):
    """A process of its own that stands back: clients are on other machines."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        uploads = [pool.submit(send, writer, "POST", "/api/v2/media", {"file": picture}) for _ in range(count)]
        pipe.send([upload.result().status for upload in uploads])


def _p99_beside_uploads(instance, reader, writer, picture):
    ours, theirs = multiprocessing.Pipe()
    with Reader(instance, reader) as busy:
        begun = time.monotonic()
        client = multiprocessing.Process(target=_upload, args=(writer, picture, 8, theirs))
        client.start()
        theirs.close()  # so that its end is seen when it fails
        statuses = ours.recv()
        took = time.monotonic() - begun
        client.join()
    if statuses != [200] * 8:
        raise SystemExit(f"uploads: {statuses}")
    return _p99(busy.times), took


def _p99_beside_burners(instance, reader, count, seconds):
    """What the kernel makes of readers beside so many processes that stand back and do nothing but turn."""
    burners = [subprocess.Popen(["chrt", "--idle", "0", "sh", "-c", "while :; do :; done"]) for _ in range(count)]
    with Reader(instance, reader) as beside:
        time.sleep(seconds)
    for burner in burners:
        burner.kill()
        burner.wait()
    return _p99(beside.times)


def measure_uploads(instance, reader, writer, quick):
    """p99 of the home timeline without and with 8 uploads of 12 megapixels, in turns; and beside idle loops for comparison."""
    picture = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-bench-")) / "12mp.jpg"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=4000x3000", "-frames:v", "1", "-q:v", "3",
                    str(picture)], check=True)
    seconds = 4 if quick else 8
    cores = os.cpu_count()
    rounds = []
    for _ in range(1 if quick else 5):
        with Reader(instance, reader) as calm:
            time.sleep(seconds)
        busy, took = _p99_beside_uploads(instance, reader, writer, picture)
        burners = [_p99_beside_burners(instance, reader, count, seconds) for count in (max(cores - 1, 1), cores)]
        rounds.append((busy / _p99(calm.times), _p99(calm.times), busy, took, *burners))
    rounds.sort()
    ratio, calm, busy, took, some, all_taken = rounds[len(rounds) // 2]
    print(f"home timeline p99: {calm:.1f} ms; during 8 uploads of 12 megapixels ({took:.1f} s): {busy:.1f} ms; ratio {ratio:.2f} "
          f"(of {', '.join(f'{r[0]:.2f}' for r in rounds)}); beside idle loops on {max(cores - 1, 1)}/{cores} processors: "
          f"{some:.1f}/{all_taken:.1f} ms", flush=True)
