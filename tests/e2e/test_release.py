"""Releases in the container under the runner's own `docker run`: what is printed, left and asked. Started by tests/e2e/run."""

import json
import os
import subprocess
import unittest

from case import OIDC, QUICK, REQUEST_TOKEN, RUNNER, Container, Outside
from world import docker

REFUSED = QUICK + """\
steps:
- {id: displaycertify, name: Certification, takes: 1d, fails: {after: 1h, operation: failed, messages: [
    {level: error, html: "The image of plan standard has <b>no</b> licence"}]}}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live}
"""
BROKEN = """\
publisher: contoso
offers:
  - id: contoso-database
    go-live: perhaps
"""


class Rehearsal(Container):
    def test_succeeds_and_leaves_outputs_and_summary(self):
        step = self.step({"command": "rehearse", "go-live": "true"})
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(step.outputs["phase"], "go-live")
        offers = json.loads(step.outputs["offers"])
        self.assertEqual([(offer["offer"], offer["outcome"]) for offer in offers], [("contoso-database", "succeeded")])
        self.assertIn("contoso-database", step.summary)
        self.assertNotIn("error", [command.name for command in step.commands])

    def test_needs_no_network(self):
        step = self.step({"command": "rehearse"}, network="none")
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(step.outputs["phase"], "publish")


class Release(Outside):
    def test_goes_live(self):
        self.world(QUICK)
        step = self.release({"go-live": "true"})
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(step.outputs["phase"], "go-live")
        self.assertEqual(self.portal.starts, ["publish", "golive"])
        self.assertEqual([run["conclusion"] for run in self.portal.check_runs], ["success"])
        self.assert_hidden("hunter2", step)
        self.assert_accepted()

    def test_signs_in_with_githubs_token(self):
        self.world(QUICK)
        environment = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": self.github_front.url + OIDC,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }
        # The description that judges GitHub's API does not know the issuer of tokens.
        self.github_front.behind = self.portal_front.behind
        step = self.release({"client-secret": ""}, environment)
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        asked = [(exchange["method"], exchange["path"]) for exchange in self.portal.journal]
        self.assertLess(asked.index(("GET", "/oidc/token")), asked.index(("POST", "/contoso.com/oauth2/v2.0/token")))
        self.assert_hidden(REQUEST_TOKEN, step)

    def test_failure_is_annotated(self):
        self.world(REFUSED)
        step = self.release({})
        self.assert_ended(step, 1)
        self.assertEqual(step.outputs["outcome"], "failed")
        places = [(error.properties.get("file"), error.properties.get("line")) for error in step.commands if error.name == "error"]
        self.assertIn(("offer.yml", "4"), places, step.log)
        run, = self.portal.check_runs
        self.assertEqual(run["conclusion"], "failure")
        self.assertIn(("offer.yml", 4), [(each["path"], each["start_line"]) for each in run["output"]["annotations"]])
        self.assertIn("licence", step.summary)
        self.assertNotIn("<b>", step.summary)
        self.assert_accepted()

    def test_wrong_manifest_is_annotated_and_the_portal_not_asked(self):
        self.world(QUICK)
        step = self.release({}, manifest=BROKEN)
        self.assert_ended(step, 2)
        errors = [command for command in step.commands if command.name == "error"]
        places = [(error.properties.get("file"), error.properties.get("line")) for error in errors]
        self.assertEqual(places, [("offer.yml", "4")], step.log)
        self.assertIn("perhaps", errors[0].message)
        self.assertIn("offer.yml", step.summary)
        self.assertEqual([exchange["path"] for exchange in self.portal.journal if exchange["path"].startswith("/api/")], [])
        self.assert_accepted()

    def test_needs_nothing_but_the_runners_folders(self):
        self.world(QUICK)
        step = self.release({}, options=["--read-only"])
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")

    def test_writes_nothing_into_its_own_root(self):
        step = self.step({"command": "rehearse"}, keep=True)
        self.assert_ended(step, 0)
        # `C` is a folder in which an engine put something, such as the mounts.
        changes = [line for line in docker("diff", step.name).splitlines() if not line.startswith("C ")]
        made = {"/dev", "/etc", "/github", "/proc", "/run", "/sys", "/var"}
        self.assertEqual([line for line in changes if f"/{line.split('/')[1]}" not in made], [])

    def test_next_checkout_can_clean_up(self):
        """The workspace is another user's; `git clean` is what actions/checkout does with what an earlier job left."""
        self.world(QUICK)
        self.git("init", "--quiet")
        (self.workspace / "reports").mkdir()
        (self.workspace / "reports" / "mine").touch()
        record = "reports/record.json"
        step = self.release({"record": record})
        self.assert_ended(step, 0, written=[record])
        self.assertEqual(json.loads((self.workspace / record).read_text())["outcome"], "succeeded")
        # A later step changes the record, and the next job begins anew.
        self.as_runner("sh", "-c", f"echo >>{record}")
        self.git("clean", "-ffdx", "--quiet")
        self.assertEqual([path.name for path in self.workspace.iterdir()], [".git"])

    def git(self, *arguments):
        self.as_runner("git", *arguments)

    def as_runner(self, *command):
        if RUNNER:
            os.chown(self.workspace, RUNNER, RUNNER)
        environment = {**os.environ, "HOME": str(self.folder)}
        subprocess.run(command, cwd=self.workspace, check=True, user=RUNNER, group=RUNNER, env=environment)


if __name__ == "__main__":
    unittest.main()
