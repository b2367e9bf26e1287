"""The networks that self-hosted runners are in: an authority of the company's own, proxies, and no way out but one."""

import json
import subprocess
import unittest

from case import QUICK, Outside
from world import IMAGE, NameServer, Proxy, docker

PORTAL = "portal.contoso.test"
GITHUB = "github.contoso.test"


# Asking again takes its time before a release ends, for a network may come back.
PATIENCE = 240


class Authorities(Outside):
    def test_unknown_authority_is_refused_and_named(self):
        self.world(QUICK)
        # The second is what a job does that names a file of the machine's which no container sees.
        steps = {file: self.release({"command": "status"}, {"SSL_CERT_FILE": file}) for file in [None, "/etc/ssl/certs/contoso.pem"]}
        for file, step in steps.items():
            with self.subTest(file=file):
                self.assert_ended(step, 5, within=PATIENCE)
                self.assertEqual(step.outputs["outcome"], "pending")
                for word in [self.portal_front.url, "UnknownIssuer", "SSL_CERT_FILE, a PEM file that this process can read"]:
                    self.assertIn(word, step.log)
                self.assertIn("UnknownIssuer", step.summary)
        self.assertEqual(self.portal.journal, [])

    def test_authorities_of_the_image_are_read_where_they_are(self):
        self.world(QUICK)
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        options = ["--volume", f"{self.authority.file}:{bundle}:ro"]
        step = self.release({}, {"SSL_CERT_FILE": None}, options=options)
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")


class Names(Outside):
    """The program brings its own resolver: there is no library in the image that could."""

    def succeeds(self, *options):
        self.world(QUICK)
        step = self.release({}, portal=f"https://{PORTAL}:{self.portal_front.port}", options=options)
        self.assert_ended(step, 0)
        self.assertEqual(self.portal.starts, ["publish"])

    def test_are_read_from_the_hosts_file(self):
        self.succeeds("--add-host", f"{PORTAL}:{self.address}")

    def test_are_asked_of_the_name_server(self):
        try:
            NameServer(self.address)
        except PermissionError as error:
            self.skipTest(f"only root may serve names: {error}")
        self.succeeds("--dns", self.address)


class Proxies(Outside):
    def proxied(self, user=None, no_proxy=""):
        """A proxy, and the variables by which the runner tells its containers of it."""
        names = {f"{PORTAL}:443": self.portal_front, f"{GITHUB}:443": self.github_front}
        proxy = Proxy(self.address, {name: (self.address, front.port) for name, front in names.items()}, user)
        self.addCleanup(proxy.close)
        said = {"http_proxy": proxy.url, "https_proxy": proxy.url, "no_proxy": no_proxy}
        return proxy, {**said, **{name.upper(): value for name, value in said.items()}}

    def test_everything_goes_through_the_proxy(self):
        self.world(QUICK)
        proxy, environment = self.proxied()
        # Nobody but the proxy knows these names.
        step = self.release({}, environment, portal=f"https://{PORTAL}", github=f"https://{GITHUB}")
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(set(proxy.passed), {f"CONNECT {PORTAL}:443", f"CONNECT {GITHUB}:443"})
        self.assertEqual([run["conclusion"] for run in self.portal.check_runs], ["success"])
        self.assert_accepted()

    def test_exceptions_go_past_the_proxy(self):
        self.world(QUICK)
        proxy, environment = self.proxied(no_proxy=f"localhost,{self.address}")
        step = self.release({}, environment, github=f"https://{GITHUB}")
        self.assert_ended(step, 0)
        self.assertEqual(set(proxy.passed), {f"CONNECT {GITHUB}:443"})

    def test_password_of_the_proxy_is_sent_and_not_shown(self):
        self.world(QUICK)
        proxy, environment = self.proxied(user="runner:opensesame")
        step = self.release({}, environment, portal=f"https://{PORTAL}", github=f"https://{GITHUB}")
        self.assert_ended(step, 0)
        self.assert_hidden("opensesame", step)

    def test_proxy_that_refuses_is_told_from_a_portal_that_does(self):
        self.world(QUICK)
        proxy, environment = self.proxied(user="runner:opensesame")
        wrong = {name: value.replace("opensesame", "letmein") for name, value in environment.items()}
        step = self.release({}, wrong, portal=f"https://{PORTAL}", github=f"https://{GITHUB}")
        self.assert_ended(step, 5, within=PATIENCE)
        self.assertIn("proxy authorization required", step.summary)
        self.assert_hidden("letmein", step)
        self.assertEqual(self.portal.journal, [])


class Isolation(Outside):
    def test_needs_no_network_but_the_portal(self):
        """GitHub cannot be reached, nor a name be resolved: that costs the check run and not the release."""
        (self.folder / "scenario.yml").write_text(QUICK)
        (self.folder / "scenario.yml").chmod(0o644)
        # Who joins the network of a container that has none meets its loopback, and nothing else.
        name = docker(
            "run", "--detach", "--network", "none", "--volume", f"{self.folder}/scenario.yml:/scenario.yml:ro",
            IMAGE, "simulate", "--listen", "127.0.0.1:8080", "--scenario", "/scenario.yml",
        )
        self.addCleanup(subprocess.run, ["docker", "rm", "--force", name], capture_output=True)
        portal = "http://127.0.0.1:8080"
        step = self.release({"go-live": "true"}, portal=portal, github="https://api.github.com", network=f"container:{name}")
        self.assert_ended(step, 0)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(step.outputs["phase"], "go-live")
        self.assertEqual(json.loads(step.outputs["offers"])[0]["checkRunUrl"], None)
        self.assertEqual(step.log.count("the release goes on without an up-to-date check run"), 1, step.log)

    def test_github_that_never_answers_costs_its_reports_only(self):
        self.world(QUICK)
        self.github_front.frozen = True
        step = self.release({})
        # Each call has its limit: reading the ledger, marking the release, and the last reports.
        self.assert_ended(step, 0, within=110)
        self.assertEqual(step.outputs["outcome"], "succeeded")
        self.assertEqual(self.portal.starts, ["publish"])


if __name__ == "__main__":
    unittest.main()
