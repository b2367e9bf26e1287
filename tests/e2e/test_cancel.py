"""A cancelled workflow, in real time: SIGINT to the client of `docker run`, after 7.5 s SIGTERM, after 2.5 s SIGKILL."""

import json
import signal
import subprocess
import time
import unittest

from case import QUICK, Outside
from world import docker

# The first signal has to do: what comes after it ends the client, and leaves a container behind that nobody watches.
FIRST_RUNG = 7.5


class Cancellation(Outside):
    def running(self, inputs=None, scenario="", **options):
        """A release whose publish takes days, as soon as the operation runs."""
        self.world(scenario)
        step = self.release(inputs or {}, **options)
        self.until_running(step)
        return step

    def until_running(self, step):
        for _ in range(200):
            if self.portal.operations and json.loads(step.outputs.get("offers", "[]")):
                return
            self.assertIsNone(step.client.poll(), "the container ended before it started anything")
            time.sleep(0.1)
        self.fail("nothing was started within 20 s")

    def assert_cancelled(self, step, ladder, code, outcome="pending"):
        got, seconds, sent = ladder
        self.assertEqual((got, len(sent)), (code, 1), step.log)
        self.assertLess(seconds, FIRST_RUNG, step.log)
        self.assertEqual(step.outputs["outcome"], outcome)
        self.assertIn("contoso-database", step.summary)
        self.assertNotEqual(self.container(step), "running")
        self.assert_left_nothing(step)

    def container(self, step):
        arguments = ["docker", "container", "inspect", "--format", "{{.State.Status}}", step.name]
        return subprocess.run(arguments, check=False, capture_output=True, text=True).stdout.strip()

    def test_leaves_the_operation_running(self):
        step = self.running()
        self.assert_cancelled(step, step.cancel(), 130)
        self.assertEqual(self.portal.operations, ["running"])
        self.assertEqual([run["conclusion"] for run in self.portal.check_runs], ["cancelled"])
        self.assert_accepted()

    def test_cancels_the_operation_too_if_asked(self):
        step = self.running({"on-cancel": "cancel"}, scenario="portal: {cancel-time: 1s}")
        self.assert_cancelled(step, step.cancel(), 130, "cancelled")
        self.assertEqual(self.portal.operations, ["canceled"])

    def test_ends_on_sigterm_as_well(self):
        step = self.running()
        self.assert_cancelled(step, step.cancel([(signal.SIGTERM, 2.5)]), 143)

    def test_ends_in_time_when_nobody_answers_any_more(self):
        step = self.running({"on-cancel": "cancel"})
        self.portal_front.frozen = self.github_front.frozen = True
        self.assert_cancelled(step, step.cancel(), 130)

    def test_killed_job_is_continued_and_not_repeated(self):
        step = self.running(scenario=QUICK.replace("86400", "3600"))
        # What a machine that goes away does to a container.
        docker("kill", "--signal", "KILL", step.name)
        step.wait()
        self.assertEqual(step.outputs["outcome"], "pending")
        again = self.release({"go-live": "true", "timeout": "2m"})
        self.assert_ended(again, 0, within=120)
        self.assertEqual(again.outputs["phase"], "go-live")
        self.assertEqual(self.portal.starts, ["publish", "golive"])


if __name__ == "__main__":
    unittest.main()
