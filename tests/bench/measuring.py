"""What the parts of the benchmark measure with: CPU of processes, memory, SQL, and the table."""

import contextlib
import glob
import os
import pathlib
import subprocess
import sys

QUICK = "--quick" in sys.argv
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid, with_reaped=False):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0  # a backend that has just ended: it is among the reaped
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


def _psql_command(instance, *options):
    """Of a client of the daemon's private cluster, which reads SQL from its input."""
    lines = (instance.dir / "data/postgres/postmaster.pid").read_text().splitlines()
    return ["psql", "-qX", *options, "-v", "ON_ERROR_STOP=1", "-h", lines[4], "-p", lines[3], "-U", "dunlin", "-d", "dunlin", "-f", "-"]


def _psql(instance, sql, *options):
    return subprocess.run(_psql_command(instance, *options), input=sql, text=True, check=True, stdout=subprocess.PIPE).stdout


@contextlib.contextmanager
def locked(instance, table):
    """Others read the table meanwhile, but whoever writes to it waits."""
    with subprocess.Popen(_psql_command(instance, "-At"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        client.stdin.write(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE; SELECT 'locked';\n")
        client.stdin.flush()
        if client.stdout.readline().strip() != "locked":
            raise SystemExit(f"{table} cannot be locked")
        yield
        client.stdin.close()


def psql(instance, sql):
    _psql(instance, sql)


def query(instance, sql):
    """The one value that a statement returns."""
    return _psql(instance, sql, "-At").strip()
