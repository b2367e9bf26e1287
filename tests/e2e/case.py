"""What the suites share: a step of the action in a workspace of its own, and the world that it meets."""

import atexit
import functools
import os
import shutil
import tempfile
import unittest
from pathlib import Path

import referee
from runner import Step
from world import IMAGE, ROOT, Authority, Front, Portal, gateway, program

MANIFEST = """\
publisher: contoso
offers:
  - id: contoso-database
    plans: [{id: standard}]
"""
# A day a second, and tokens that outlive it.
QUICK = "time-scale: 86400\nauth: {token-lifetime: 365d, id-token-lifetime: 30d}\n"
# The runner's own user on hosted machines; whoever runs the tests without being root is another user than the container's anyway.
RUNNER = 1001 if os.getuid() == 0 else None
# Where an OIDC token is asked for, below the simulator.
OIDC = "/oidc/token?api-version=2.0"
REQUEST_TOKEN = "simulated-request-token"


class Container(unittest.TestCase):
    """Runs the container, and asserts what holds for every run."""

    def setUp(self):
        # What a container makes in the runner's own folders belongs to root.
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.folder.chmod(0o755)
        self.workspace = self.folder / "workspace"
        self.workspace.mkdir()

    def step(self, inputs, manifest=MANIFEST, **options):
        """Starts a step, in the workspace of another user."""
        (self.workspace / "offer.yml").write_text(manifest)
        for path in [self.workspace, *self.workspace.rglob("*")]:
            if RUNNER:
                os.chown(path, RUNNER, RUNNER)
        self.before = self.in_workspace()
        step = Step(IMAGE, self.folder, self.workspace, inputs, **options)
        self.addCleanup(step.remove)
        return step

    def in_workspace(self):
        """Every file of the workspace, with its owner, and its last change if it is no folder."""
        found = [(path, path.lstat()) for path in self.workspace.rglob("*")]
        changed = {path: None if path.is_dir() else status.st_mtime_ns for path, status in found}
        return {str(path.relative_to(self.workspace)): (status.st_uid, changed[path]) for path, status in found}

    def assert_ended(self, step, code, within=60, written=()):
        got, seconds = step.wait(max(within, 10))
        self.assertEqual(got, code, step.log)
        self.assertLess(seconds, within, step.log)
        self.assert_left_nothing(step, written)

    def assert_left_nothing(self, step, written=()):
        """Nothing in the workspace but what was asked for, and that is the owner's; nothing that later steps would meet."""
        after = self.in_workspace()
        self.assertEqual([path for path in written if after.pop(path, None) is None], [], "were not written")
        self.assertEqual(after, self.before)
        owner = self.workspace.stat().st_uid
        self.assertEqual({(self.workspace / path).stat().st_uid for path in written} - {owner}, set())
        # These reach later steps, and an action that needs them is one to distrust.
        self.assertEqual(step.files["GITHUB_ENV"].read_text() + step.files["GITHUB_PATH"].read_text(), "")

    def assert_hidden(self, secret, step):
        """The secret is told to the runner, to be masked, and to nobody else."""
        shown = [line for line in step.log.splitlines() if not line.startswith("::add-mask::")]
        files = [path.read_text() for path in step.files.values()]
        self.assertNotIn(secret, "\n".join([*shown, *files]))


@functools.cache
def prepare():
    """What all containers meet, made once: the program as a simulator, an authority, and the judge of what GitHub is asked."""
    tools = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, tools)
    judge, Outside.judge = referee.judge(ROOT / "tests/contract/description", tools / "judge.log")
    atexit.register(judge.kill)
    Outside.program = program(tools)
    Outside.address = gateway()
    Outside.authority = Authority(tools, Outside.address, "*.contoso.test")


class Outside(Container):
    """A container that meets a portal and GitHub on the machine, behind https."""

    @classmethod
    def setUpClass(cls):
        prepare()

    def world(self, scenario):
        """Starts the portal and GitHub. The description of GitHub's API judges what is sent to the latter."""
        self.portal = Portal(self.program, self.folder, scenario)
        self.addCleanup(self.portal.close)
        self.referee = referee.Referee(self.judge)
        self.addCleanup(self.referee.server_close)
        self.addCleanup(self.referee.shutdown)
        self.referee.simulator = self.portal.base
        self.portal_front = Front(self.address, self.authority, self.portal.base)
        self.github_front = Front(self.address, self.authority, self.referee.base)
        self.addCleanup(self.portal_front.close)
        self.addCleanup(self.github_front.close)

    def release(self, inputs, environment=None, portal=None, github=None, **options):
        """Starts a step that trusts the authority, as a job with `SSL_CERT_FILE: ${{ runner.temp }}/authority.pem` does.

        What the environment gives as `None` is not set.
        """
        trusted = self.folder / "runner_temp" / "authority.pem"
        trusted.parent.mkdir(exist_ok=True)
        shutil.copy(self.authority.file, trusted)
        portal = portal or self.portal_front.url
        inputs = {
            "portal-url": portal, "authority-url": portal, "tenant-id": "contoso.com", "client-id": "app",
            "client-secret": "hunter2", "poll-interval": "250ms", **inputs,
        }
        environment = {"SSL_CERT_FILE": str(trusted), "GITHUB_API_URL": github or self.github_front.url, **(environment or {})}
        environment = {name: value for name, value in environment.items() if value is not None}
        return self.step(inputs, environment=environment, **options)

    def assert_accepted(self):
        """GitHub was asked, and its description found nothing wrong."""
        self.assertEqual(self.referee.refused, [])
        self.assertTrue(self.referee.accepted)
