"""What a container meets outside of itself: a portal and GitHub behind https, with a certificate authority of their own, and a proxy.

The portal is the simulator, started on the machine from the very image that is tested. A container reaches the machine by the gateway
of the engine's default network, so it runs with the runner's own flags and no more.
"""

import asyncio
import base64
import json
import os
import socket
import ssl
import subprocess
import threading
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGE = os.environ["IMAGE"]


def docker(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def run(*arguments):
    subprocess.run(arguments, check=True, capture_output=True)


def gateway():
    """The address of this machine in the engine's default network, which the first container brings up."""
    docker("run", "--rm", IMAGE, "--version")
    return docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")


def program(folder):
    """Takes the program out of the image."""
    container = docker("create", IMAGE)
    try:
        docker("cp", f"{container}:/offer-release", str(folder / "offer-release"))
    finally:
        docker("rm", container)
    return folder / "offer-release"


class Authority:
    """A company's certificate authority, and a server that it vouches for."""

    def __init__(self, folder, address, name):
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        self.file, secret = folder / "authority.pem", folder / "authority.key"
        server, request, extensions = (folder / f"server.{kind}" for kind in ("pem", "csr", "ext"))
        extensions.write_text(f"subjectAltName = IP:{address}, DNS:{name}\n")
        run("openssl", "req", "-x509", *key, "-days", "2", "-subj", "/CN=Contoso Root", "-keyout", secret, "-out", self.file)
        run("openssl", "req", *key, "-subj", f"/CN={name}", "-keyout", folder / "server.key", "-out", request)
        run("openssl", "x509", "-req", "-days", "2", "-in", request, "-extfile", extensions,
            "-CA", self.file, "-CAkey", secret, "-CAcreateserial", "-out", server)
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.server.load_cert_chain(server, folder / "server.key")


class Server:
    """A server on the machine, in an event loop of its own."""

    def __init__(self, address, tls=None):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        starting = asyncio.start_server(self.guarded, address, 0, ssl=tls)
        self.server = asyncio.run_coroutine_threadsafe(starting, self.loop).result(10)
        self.port = self.server.sockets[0].getsockname()[1]
        # What a container sends is swallowed from now on, and nothing comes back.
        self.frozen = False

    async def guarded(self, reader, writer):
        try:
            await self.serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            # A client that went away, or did not trust us.
            pass
        finally:
            writer.close()

    async def join(self, reader, writer, address):
        """Passes bytes both ways until either side has ended."""
        far_reader, far_writer = await asyncio.open_connection(*address)
        ways = [asyncio.create_task(way) for way in (self.pass_on(reader, far_writer), self.pass_on(far_reader, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        far_writer.close()

    async def pass_on(self, reader, writer):
        while data := await reader.read(65536):
            if not self.frozen:
                writer.write(data)
                await writer.drain()

    def close(self):
        self.loop.call_soon_threadsafe(self.server.close)


class Front(Server):
    """Speaks TLS for a plain server of this machine."""

    def __init__(self, address, authority, base):
        super().__init__(address, authority.server)
        self.url = f"https://{address}:{self.port}"
        host, port = base.removeprefix("http://").split(":")
        self.behind = host, int(port)

    async def serve(self, reader, writer):
        await self.join(reader, writer, self.behind)


class Proxy(Server):
    """A company's proxy: knows names that nobody else knows, and writes down what passes."""

    def __init__(self, address, names, user=None):
        super().__init__(address)
        self.url = f"http://{user + '@' if user else ''}{address}:{self.port}"
        self.names, self.user = names, user
        self.passed = []

    async def serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split(" ", 2)
        self.passed.append(f"{method} {target}")
        wanted = base64.b64encode(self.user.encode()).decode() if self.user else ""
        if f"basic {wanted}".lower() not in head.lower() and self.user:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n")
        elif target not in self.names:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self.join(reader, writer, self.names[target])


class NameServer:
    """Tells everybody that every name is this address."""

    def __init__(self, address):
        self.record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(address)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, peer = self.socket.recvfrom(512)
            end = query.index(b"\0", 12) + 5
            record = self.record if query[end - 4 : end - 2] == b"\0\1" else b""
            answers = bytes([0, 1 if record else 0])
            self.socket.sendto(query[:2] + b"\x81\x80\0\1" + answers + b"\0\0\0\0" + query[12:end] + record, peer)


class Portal:
    """The simulator on 127.0.0.1, asked what it saw."""

    def __init__(self, tools, folder, scenario):
        path = folder / "scenario.yml"
        path.write_text(scenario)
        command = [tools, "simulate", "--listen", "127.0.0.1:0", "--scenario", path]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.base = self.process.stdout.readline().strip()

    def look(self, what):
        with urllib.request.urlopen(f"{self.base}/simulator/{what}", timeout=5) as answer:
            return json.load(answer)

    @property
    def operations(self):
        return [operation["state"].lower() for offer in self.look("state")["offers"] for operation in offer["operations"]]

    @property
    def check_runs(self):
        return self.look("state")["checkRuns"]

    @property
    def journal(self):
        return self.look("journal")

    @property
    def starts(self):
        """The publishes and go-lives that were posted."""
        posts = [exchange["path"] for exchange in self.journal if exchange["method"] == "POST"]
        return [path.rpartition("/")[2] for path in posts if path.endswith(("/publish", "/golive"))]

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()
