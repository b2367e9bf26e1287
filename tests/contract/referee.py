"""Runs the program against the simulator, with GitHub's description of its API as the judge of each request about check runs and deployments.

Between the program and the simulator stands a server that shows each request to the judge first. What the judge refuses is a failure
of the case; what it accepts goes to the simulator, which keeps the state that the judge has not.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

SHA = "0123456789012345678901234567890123456789"
MANIFEST = "publisher: contoso\noffers:\n  - id: contoso-offer\n    plans: [{id: standard}, {id: premium}]\n"
QUICK = """time-scale: 40000
auth: {token-lifetime: 365d}
steps:
- {id: displaycertify, name: Certification, takes: 1h}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live, takes: 1h}
"""
ENDLESS = QUICK.replace("takes: 1h", "takes: 9999d", 1)


def messages(count):
    return ", ".join(f"{{level: error, html: 'Problem {number} of plan premium'}}" for number in range(count))


FAILS = QUICK.replace("takes: 1h}", f"takes: 1h, fails: {{after: 30m, operation: failed, messages: [{messages(120)}]}}}}", 1)
BLOCKED = ENDLESS.replace("9999d}", f"9999d, blocked: {{after: 1h, messages: [{messages(60)}]}}}}", 1)


def ask(base, method, path, headers, body):
    """One request; status and body of the answer."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    keep = ("authorization", "accept", "content-type", "user-agent", "x-github-api-version")
    connection.request(method, path, body, {name: value for name, value in headers.items() if name.lower() in keep})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, said


class Referee(ThreadingHTTPServer):
    """Shows what is asked to the judge, and lets the simulator answer."""

    daemon_threads = True

    def __init__(self, judge):
        super().__init__(("127.0.0.1", 0), Handler)
        self.judge, self.simulator = judge, None
        self.accepted, self.refused = [], []
        self.spoil = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        # A program that is killed resets its connections.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        referee = self.server
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if referee.spoil and self.command != "GET":
            body = referee.spoil(body)
        line = f"{self.command} {self.path}"
        # The description knows `application/json` only; GitHub's manual recommends the media type that the program asks for.
        headers = {**self.headers, "accept": "application/json"}
        headers.pop("Accept", None)
        status, verdict = ask(referee.judge, self.command, self.path, headers, body or None)
        if status >= 300:
            referee.refused.append(f"{line}: {status} {verdict.decode()[:500]}")
        else:
            referee.accepted.append(line)
        status, answer = ask(referee.simulator, self.command, self.path, self.headers, body or None)
        if status >= 300:
            referee.refused.append(f"{line}: the simulator: {status} {answer.decode()[:500]}")
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except OSError:
            # Who asked has ended meanwhile.
            self.close_connection = True

    do_GET = do_POST = do_PATCH = handle_any

    def log_message(self, *_):
        pass


class World:
    """A simulator, and a directory with a manifest and the runner's files."""

    def __init__(self, program, referee, scenario):
        self.program, self.referee = program, referee
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name)
        (self.path / "offer.yml").write_text(MANIFEST)
        (self.path / "scenario.yml").write_text(scenario)
        command = [program, "simulate", "--listen", "127.0.0.1:0", "--scenario", str(self.path / "scenario.yml")]
        self.simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.base = referee.simulator = self.simulator.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.simulator.kill()
        self.simulator.wait()
        self.simulator.stdout.close()
        self.directory.cleanup()

    def start(self, **inputs):
        given = {"portal-url": self.base, "authority-url": self.base, "tenant-id": "contoso.example", "client-id": "application",
                 "client-secret": "secret", "github-token": "token", "poll-interval": "20ms", **inputs}
        environment = {f"INPUT_{name.upper()}": value for name, value in given.items()}
        environment |= {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": self.referee.base, "GITHUB_REPOSITORY": "contoso/offers",
                        "GITHUB_SHA": SHA, "GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_EVENT_NAME": "push",
                        "GITHUB_SERVER_URL": "https://github.com", "GITHUB_WORKSPACE": str(self.path)}
        return subprocess.Popen([self.program], env=environment, cwd=self.path, stdout=subprocess.PIPE, text=True)

    def run(self, code, **inputs):
        self.end(self.start(**inputs), code)

    def end(self, process, code):
        said, _ = process.communicate(timeout=60)
        assert process.returncode == code, f"exit code {process.returncode}, not {code}:\n{said}"

    def check_runs(self):
        return json.loads(ask(self.base, "GET", "/simulator/state", {}, None)[1])["checkRuns"]

    def deployments(self):
        return json.loads(ask(self.base, "GET", "/simulator/state", {}, None)[1])["deployments"]

    def until(self, what, met):
        for _ in range(600):
            if met(self.check_runs()):
                return
            time.sleep(0.05)
        raise AssertionError(f"{what} did not come: {self.check_runs()}")


def shown(run):
    return run["conclusion"], len(run["output"]["annotations"])


def states(deployment):
    return [status["state"] for status in sorted(deployment["statuses"], key=lambda status: status["id"])]


def success(world):
    world.run(0, **{"go-live": "true", "deployment": "true"})
    assert [shown(run) for run in world.check_runs()] == [("success", 0)], world.check_runs()
    assert [states(one)[-1] for one in world.deployments()] == ["success"], world.deployments()
    # The next one reads the deployment and its statuses, and finds nothing open.
    world.run(0, command="resume", deployment="true")


def failure(world):
    world.run(1)
    # 120 messages of the portal, and how it ended.
    assert [shown(run) for run in world.check_runs()] == [("failure", 121)], [shown(run) for run in world.check_runs()]


def resume(world):
    first = world.start()
    world.until("60 annotations", lambda runs: runs and len(runs[0]["output"]["annotations"]) == 60)
    first.kill()
    first.communicate()
    world.run(4, command="resume", timeout="2s")
    world.run(4, command="resume", timeout="1s")
    # The killed job's is continued; that has ended, so the last one is another, after GitHub was asked to open it again.
    assert [shown(run) for run in world.check_runs()] == [("timed_out", 60)] * 2, [shown(run) for run in world.check_runs()]


def cancel(world):
    process = world.start(**{"on-cancel": "cancel"})
    world.until("a step", lambda runs: runs)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    world.end(process, 130)
    assert [run["conclusion"] for run in world.check_runs()] == ["cancelled"], world.check_runs()


def manifest(world):
    (world.path / "offer.yml").write_text("publisher: contoso\noffers:\n  - id: a/b\n  - di: c\n")
    world.run(2)
    assert world.check_runs()[0]["conclusion"] == "failure"


def broken(body):
    """What a client would send that knows neither the statuses nor the limit of 50."""
    sent = json.loads(body)
    return json.dumps(sent | {"status": "finished", "conclusion": "great"}).encode()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def judge(contract, log):
    """Starts the judge; it may have to be installed first."""
    port = free_port()
    process = subprocess.Popen([contract, str(port), str(log)])
    base = f"http://127.0.0.1:{port}"
    for _ in range(1200):
        if process.poll() is not None:
            sys.exit(f"{contract} ended with exit code {process.returncode}:\n{log.read_text() if log.exists() else ''}")
        try:
            ask(base, "GET", "/", {}, None)
            return process, base
        except OSError:
            time.sleep(0.1)
    process.kill()
    sys.exit(f"{contract} does not listen")


def main():
    contract, program = sys.argv[1], os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as directory:
        process, base = judge(contract, Path(directory) / "log")
        try:
            cases(program, base)
        finally:
            process.kill()
            process.wait()


def cases(program, base):
    total = 0
    for case, scenario in [(success, QUICK), (failure, FAILS), (resume, BLOCKED), (cancel, ENDLESS), (manifest, QUICK)]:
        referee = Referee(base)
        with World(program, referee, scenario) as world:
            case(world)
        assert not referee.refused, "\n".join([f"{case.__name__}: refused:", *referee.refused])
        assert referee.accepted, f"{case.__name__}: nothing was asked"
        total += len(referee.accepted)
        print(f"{case.__name__}: {len(referee.accepted)} requests, all accepted", flush=True)
    # The check can fail: a broken request is refused, and the release goes on.
    referee = Referee(base)
    referee.spoil = broken
    with World(program, referee, QUICK) as world:
        world.run(0)
    assert any(" 422 " in line for line in referee.refused), f"a broken request was accepted: {referee.accepted}"
    print(f"broken on purpose: {len(referee.refused)} refusals, the first: {referee.refused[0][:200]}")
    print(f"{total} requests conform to GitHub's description")


if __name__ == "__main__":
    main()
