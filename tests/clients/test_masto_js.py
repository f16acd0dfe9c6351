"""masto.js (npm, unmodified), the library of Phanpy and Elk, against a real daemon."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from chromium import HERE, NODE  # noqa: E402
from harness import Instance  # noqa: E402


@unittest.skipUnless(NODE.exists() or os.environ.get("CI"), "SKIPPED: npm packages of tests/clients are not installed")
class MastoJs(unittest.TestCase):
    def test_flows(self):
        with Instance() as instance:
            alice, bob = instance.add_user("alice"), instance.add_user("bob")
            done = subprocess.run([str(NODE), str(HERE / "masto_flow.mjs"), instance.url, alice.token, bob.token], cwd=HERE, capture_output=True,
                                  text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertGreaterEqual(done.stdout.count("ok "), 17, done.stdout)


if __name__ == "__main__":
    unittest.main()
