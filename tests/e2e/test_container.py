"""The container under the runner's own `docker run`: what it prints, leaves and exits with. Started by tests/e2e/run."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

from runner import ROOT, Step

IMAGE = os.environ["IMAGE"]
# The runner asks the client to end, and after 7.5 s asks more firmly; there is no third time.
TIME_TO_END = 6

MANIFEST = """\
publisher: contoso
offers:
  - id: contoso-database
"""
BROKEN_MANIFEST = """\
publisher: contoso
offers:
  - id: contoso-database
    go-live: perhaps
"""
BROKEN_LINE = "4"


def docker(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


class Container(unittest.TestCase):
    def setUp(self):
        # What the container made belongs to root, which the runner's own user may not be.
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.workspace = self.folder / "workspace"
        self.workspace.mkdir()

    def step(self, manifest, inputs, **options):
        (self.workspace / "offer.yml").write_text(manifest)
        self.before = self.in_workspace()
        step = Step(IMAGE, self.folder, self.workspace, inputs, **options)
        self.addCleanup(step.remove)
        return step

    def in_workspace(self):
        return {str(path.relative_to(self.workspace)): path.lstat().st_mtime_ns for path in self.workspace.rglob("*")}

    def assert_ended(self, step, code, within=60):
        got, seconds = step.wait(max(within, 10))
        self.assertEqual(got, code, step.log)
        self.assertLess(seconds, within, step.log)
        # Files of root's in the workspace would break the next checkout of a self-hosted runner.
        self.assertEqual(self.in_workspace(), self.before)
        # These reach later steps, and an action that needs them is one to distrust.
        self.assertEqual(step.files["GITHUB_ENV"].read_text() + step.files["GITHUB_PATH"].read_text(), "")


class Image(unittest.TestCase):
    def test_suits_the_runner(self):
        configuration = json.loads(docker("image", "inspect", IMAGE))[0]["Config"]
        self.assertEqual(configuration["Entrypoint"], ["/offer-release"])
        self.assertFalse(configuration.get("Cmd"))
        self.assertFalse(configuration.get("User"))
        self.assertIn(configuration.get("WorkingDir", ""), ["", "/"])

    def test_tells_its_version(self):
        version = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), flags=re.M).group(1)
        self.assertIn(version, docker("run", "--rm", IMAGE, "--version"))


class Rehearsal(Container):
    def test_succeeds_and_leaves_outputs_and_summary(self):
        step = self.step(MANIFEST, {"command": "rehearse", "go-live": "true"})
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(step.outputs["phase"], "go-live")
        offers = json.loads(step.outputs["offers"])
        self.assertEqual([(offer["offer"], offer["outcome"]) for offer in offers], [("contoso-database", "succeeded")])
        self.assertIn("contoso-database", step.summary)
        self.assertNotIn("error", [command.name for command in step.commands])

    def test_needs_no_network(self):
        step = self.step(MANIFEST, {"command": "rehearse"}, network="none")
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(step.outputs["phase"], "publish")

    def test_shows_where_the_manifest_is_wrong(self):
        step = self.step(BROKEN_MANIFEST, {"command": "rehearse"})
        self.assert_ended(step, 2)
        errors = [command for command in step.commands if command.name == "error"]
        places = [(error.properties.get("file"), error.properties.get("line")) for error in errors]
        self.assertEqual(places, [("offer.yml", BROKEN_LINE)], step.log)
        self.assertIn("perhaps", errors[0].message)
        self.assertIn("offer.yml", step.summary)


class Release(Container):
    """Against a portal on the host, which is the same program's simulator."""

    @classmethod
    def setUpClass(cls):
        cls.tools = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.tools)
        container = docker("create", IMAGE).strip()
        try:
            docker("cp", f"{container}:/offer-release", str(cls.tools / "offer-release"))
        finally:
            docker("rm", container)

    def portal(self, scenario):
        """Starts a simulator and gives its address."""
        path = self.folder / "scenario.yml"
        path.write_text(scenario)
        arguments = [self.tools / "offer-release", "simulate", "--listen", "127.0.0.1:0", "--scenario", path]
        simulator = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.addCleanup(simulator.stdout.close)
        self.addCleanup(simulator.wait, timeout=10)
        self.addCleanup(simulator.terminate)
        address = simulator.stdout.readline().strip()
        self.assertRegex(address, r"^http://127\.0\.0\.1:[0-9]+$")
        return address

    def release(self, address, inputs, environment=None):
        inputs = {"portal-url": address, "authority-url": address, "tenant-id": "contoso.com", "client-id": "app", **inputs}
        environment = {"GITHUB_API_URL": address, **(environment or {})}
        return self.step(MANIFEST, inputs, environment=environment, network="host")

    def look(self, address, what):
        with urllib.request.urlopen(f"{address}/simulator/{what}", timeout=5) as answer:
            return json.load(answer)

    def operations(self, address):
        offers = self.look(address, "state")["offers"]
        return [operation["state"] for offer in offers for operation in offer["operations"]]

    def until_running(self, address, step):
        for _ in range(100):
            if self.operations(address):
                return
            self.assertIsNone(step.client.poll(), "the container ended before it started anything")
            time.sleep(0.1)
        self.fail("nothing was started within 10 s")

    def test_with_a_client_secret(self):
        # A day a second, and tokens that outlive it.
        address = self.portal("time-scale: 86400\nauth: {token-lifetime: 365d}\n")
        step = self.release(address, {"client-secret": "hunter2", "go-live": "true", "poll-interval": "250ms"})
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(step.outputs["phase"], "go-live")
        shown = [line for line in step.log.splitlines() if not line.startswith("::add-mask::")]
        self.assertNotIn("hunter2", "\n".join([*shown, step.summary, *step.outputs.values()]))
        posts = [exchange["path"] for exchange in self.look(address, "journal") if exchange["method"] == "POST"]
        self.assertEqual([path.rpartition("/")[2] for path in posts if path.startswith("/api/")], ["publish", "golive"])
        self.assertEqual([path for path in posts if path.startswith("/repos/")], ["/repos/contoso/offers/check-runs"])

    def cancelled_by(self, sent, code):
        # In real time, so the publish takes days.
        address = self.portal("")
        # GitHub's OIDC token here, as it is what the README advises.
        environment = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{address}/oidc/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "simulated-request-token",
        }
        step = self.release(address, {}, environment)
        self.until_running(address, step)
        step.signal(sent)
        self.assert_ended(step, code, within=TIME_TO_END)
        # By default the operation is left running, so what is cancelled is the workflow and not the release.
        self.assertEqual(step.outputs["outcome"], "pending")
        self.assertEqual([state.lower() for state in self.operations(address)], ["running"])
        self.assertIn("contoso-database", step.summary)

    def test_ends_in_time_when_interrupted(self):
        self.cancelled_by(signal.SIGINT, 130)

    def test_ends_in_time_when_terminated(self):
        self.cancelled_by(signal.SIGTERM, 143)


if __name__ == "__main__":
    unittest.main()
