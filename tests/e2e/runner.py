"""The runner's side of a container action: its `docker run`, and how it reads what the action leaves behind.

Written after github.com/actions/runner: DockerCommandManager.cs (DockerRun), ContainerActionHandler.cs, FileCommandManager.cs and
ActionCommand.cs; the ladder of a cancellation after ProcessInvoker.cs.
"""

import os
import re
import secrets
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
# A larger summary is dropped whole.
SUMMARY_LIMIT = 1024 * 1024
# A cancelled workflow sends these to the client of `docker run`, never to the container, and after each waits so many seconds.
LADDER = [(signal.SIGINT, 7.5), (signal.SIGTERM, 2.5), (signal.SIGKILL, 1)]


# The `github` and `runner` contexts, as variables.
CONTEXT = {
    "HOME": "/github/home",
    "GITHUB_ACTION": "__self",
    "GITHUB_ACTOR": "octocat",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_EVENT_PATH": "/github/workflow/event.json",
    "GITHUB_GRAPHQL_URL": "https://api.github.com/graphql",
    "GITHUB_JOB": "publish",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REF_TYPE": "branch",
    "GITHUB_REPOSITORY": "contoso/offers",
    "GITHUB_REPOSITORY_OWNER": "contoso",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_RUN_ID": "42",
    "GITHUB_RUN_NUMBER": "7",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_SHA": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
    "GITHUB_WORKFLOW": "Publish",
    "GITHUB_WORKSPACE": "/github/workspace",
    "RUNNER_ARCH": "X64",
    "RUNNER_OS": "Linux",
    "RUNNER_TEMP": "/github/runner_temp",
}


class Command(NamedTuple):
    """A workflow command, such as `::error file=offer.yml,line=3::message`."""

    name: str
    properties: dict
    message: str


def input_defaults():
    """The inputs of action.yml with their defaults, all of which the runner hands to the container.

    The file is ours and plain: a key at two spaces, its default at four, so no YAML library is needed.
    """
    section = (ROOT / "action.yml").read_text().split("\ninputs:\n")[1].split("\noutputs:\n")[0]
    defaults = {}
    for block in re.split(r"^(?=  [a-z-]+:$)", section, flags=re.M):
        if block.strip():
            name = block.split(":")[0].strip()
            defaults[name] = re.search(r"^    default: (.*)$", block, flags=re.M).group(1).strip('"')
    return defaults


def outputs_of(text):
    """The entries of a `GITHUB_OUTPUT` file. Raises what fails the step: the runner sets no output after a bad entry."""
    outputs = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            key, value = line[:equals], line[equals + 1 :]
        elif heredoc >= 0:
            key, delimiter = line[:heredoc], line[heredoc + 2 :]
            if not delimiter:
                raise ValueError(f"no delimiter: {line!r}")
            value = []
            for part in lines:
                if part == delimiter:
                    break
                value.append(part)
            else:
                raise ValueError(f"matching delimiter not found: {delimiter!r}")
            value = "\n".join(value)
        else:
            raise ValueError(f"invalid format: {line!r}")
        if not key:
            raise ValueError(f"no name: {line!r}")
        outputs[key] = value
    return outputs


def commands_of(log):
    """The workflow commands in a log. What may be escaped in a property includes `:` and `,`."""
    found = []
    for line in log.splitlines():
        match = re.match(r"\s*::([^ :]+)(?: (.*?))?::(.*)$", line)
        if match:
            name, properties, message = match.groups()
            pairs = (pair.partition("=") for pair in (properties or "").split(",") if pair)
            unescaped = {key.strip(): unescape(value, "\r\n:,%") for key, _, value in pairs if value}
            found.append(Command(name.lower(), unescaped, unescape(message, "\r\n%")))
    return found


def unescape(text, characters):
    """`%` comes last, or an escaped percent sign would be unescaped twice."""
    for character in characters:
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def removes_containers():
    """The runner's `--rm`: with it, podman 4 behind the docker client says exit code 0 of every container."""
    said = subprocess.run(["docker", "version", "--format", "{{json .Server}}"], check=True, capture_output=True, text=True).stdout
    return "podman" not in said.lower()


class Step:
    """One step that uses the action.

    `options` are no flags of the runner's: they make the container's life harder. `keep`: the container can be looked at afterwards.
    """

    def __init__(self, image, folder, workspace, inputs, environment=None, network=None, options=(), keep=False):
        mounts = {
            "/github/runner_temp": folder / "runner_temp",
            "/github/home": folder / "home",
            "/github/workflow": folder / "workflow",
            "/github/file_commands": folder / "file_commands",
            "/github/workspace": workspace,
        }
        for path in mounts.values():
            path.mkdir(parents=True, exist_ok=True)
        if Path("/var/run/docker.sock").exists():
            mounts["/var/run/docker.sock"] = "/var/run/docker.sock"
        (folder / "workflow" / "event.json").write_text('{"ref": "refs/heads/main", "repository": {"full_name": "contoso/offers"}}')

        variables = {**CONTEXT, **(environment or {})}
        self.files = {}
        for kind in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH"]:
            name = f"{kind.lower()}_{secrets.token_hex(4)}"
            self.files[kind] = folder / "file_commands" / name
            self.files[kind].touch()
            variables[kind] = f"/github/file_commands/{name}"
        for name, value in {**input_defaults(), "github-token": "ghs_rehearsed", **inputs}.items():
            variables[f"INPUT_{name.upper()}"] = value
        # A value that begins with a folder of the machine's is told as the container sees that folder.
        for inside, outside in mounts.items():
            for name, value in variables.items():
                if value == str(outside) or value.startswith(f"{outside}/"):
                    variables[name] = inside + value.removeprefix(str(outside))

        label = secrets.token_hex(3)
        self.name = f"offer_release_{label}"
        arguments = ["docker", "run", "--name", self.name, "--label", label, "--workdir", "/github/workspace"]
        if not keep and removes_containers():
            arguments.append("--rm")
        # Values reach the container through the client's environment, so that they may have several lines.
        for name in variables:
            arguments += ["-e", name]
        arguments += ["-e", "GITHUB_ACTIONS=true", "-e", "CI=true"]
        if network:
            arguments += ["--network", network]
        for target, source in mounts.items():
            arguments += ["-v", f"{source}:{target}"]
        arguments += [*options, image]
        # HOME is now the container's, and the client would look there for its own configuration.
        client = {"DOCKER_CONFIG": str(Path.home() / ".docker"), **os.environ, **variables}
        self.client = subprocess.Popen(
            arguments, env=client, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def cancel(self, ladder=LADDER):
        """What the runner does to a cancelled step. Gives the exit code, the seconds it took, and the signals that it took."""
        started, sent = time.monotonic(), []
        for number, patience in ladder:
            self.client.send_signal(number)
            sent.append(number)
            try:
                self.log, _ = self.client.communicate(timeout=patience)
                break
            except subprocess.TimeoutExpired:
                continue
        return self.client.poll(), time.monotonic() - started, sent

    def wait(self, timeout=60):
        """The exit code, and how many seconds it took to come."""
        started = time.monotonic()
        try:
            self.log, _ = self.client.communicate(timeout=timeout)
            return self.client.returncode, time.monotonic() - started
        except subprocess.TimeoutExpired:
            self.remove()
            self.log, _ = self.client.communicate()
            raise AssertionError(f"still running after {timeout} s:\n{self.log}") from None

    def remove(self):
        """Ends the container if need be, and forgets it."""
        subprocess.run(["docker", "rm", "--force", self.name], check=False, capture_output=True)

    @property
    def commands(self):
        """The runner reads standard output and standard error alike."""
        return commands_of(self.log)

    @property
    def outputs(self):
        return outputs_of(self.files["GITHUB_OUTPUT"].read_text())

    @property
    def summary(self):
        text = self.files["GITHUB_STEP_SUMMARY"].read_bytes()
        return "" if len(text) > SUMMARY_LIMIT else text.decode()
