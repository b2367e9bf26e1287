"""The image itself: what is in it, and what it says of itself."""

import io
import json
import os
import re
import ssl
import struct
import subprocess
import tarfile
import tempfile
import tomllib
import unittest
import zlib
from pathlib import Path

from world import IMAGE, ROOT, docker, program

LARGEST = 10_000_000
CARGO = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = json.loads(docker("image", "inspect", IMAGE))[0]

    def test_suits_the_runner(self):
        configuration = self.image["Config"]
        self.assertEqual(configuration["Entrypoint"], ["/offer-release"])
        self.assertFalse(configuration.get("Cmd"))
        self.assertFalse(configuration.get("User"))
        self.assertIn(configuration.get("WorkingDir", ""), ["", "/"])

    def test_tells_its_version(self):
        self.assertIn(CARGO["version"], docker("run", "--rm", IMAGE, "--version"))

    def test_is_small(self):
        self.assertLessEqual(self.image["Size"], LARGEST)

    def test_is_labelled(self):
        labels = {name.removeprefix("org.opencontainers.image."): value for name, value in self.image["Config"]["Labels"].items()}
        self.assertEqual(labels["title"], CARGO["name"])
        self.assertEqual(labels["licenses"], CARGO["license"])
        self.assertIn("Azure Marketplace", labels["description"])
        # Given to the build, by tests/e2e/run and by whoever releases.
        given = {name: os.environ[f"IMAGE_{name.upper()}"] for name in ["source", "version", "revision"]}
        self.assertEqual({name: labels[name] for name in given}, given)

    def test_holds_the_program_and_the_public_authorities_only(self):
        files = {}
        archive = subprocess.run(["docker", "image", "save", IMAGE], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as image:
            for layer in json.load(image.extractfile("manifest.json"))[0]["Layers"]:
                with tarfile.open(fileobj=image.extractfile(layer)) as content:
                    files |= {each.name: content.extractfile(each).read() for each in content if each.isfile()}
        authorities = files.pop("etc/ssl/certs/ca-certificates.crt").decode()
        self.assertEqual(list(files), ["offer-release"])
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trust.load_verify_locations(cadata=authorities)
        names = {dict(part[0] for part in each["subject"]).get("commonName") for each in trust.get_ca_certs()}
        # Those of the portal and of Microsoft Entra.
        self.assertLessEqual({"DigiCert Global Root G2", "Microsoft RSA Root Certificate Authority 2017"}, names)


class Program(unittest.TestCase):
    """The ELF file that is in the image."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.bytes = program(Path(folder)).read_bytes()

    def table(self, at, size, count, form):
        return [struct.unpack_from(form, self.bytes, at + index * size) for index in range(count)]

    def sections(self):
        start, = struct.unpack_from("<Q", self.bytes, 40)
        size, count, names = struct.unpack_from("<HHH", self.bytes, 58)
        headers = self.table(start, size, count, "<IIQQQQ")
        strings = headers[names][4]

        def name(offset):
            return self.bytes[strings + offset : self.bytes.index(b"\0", strings + offset)].decode()

        return {name(header[0]): self.bytes[header[4] : header[4] + header[5]] for header in headers}

    def test_is_static(self):
        self.assertEqual(self.bytes[:5], b"\x7fELF\x02")
        start, = struct.unpack_from("<Q", self.bytes, 32)
        size, count = struct.unpack_from("<HH", self.bytes, 54)
        kinds = [segment[0] for segment in self.table(start, size, count, "<IIQQQQ")]
        self.assertNotIn(3, kinds, "asks for an interpreter (PT_INTERP)")
        # A program that is loaded anywhere relocates itself by a dynamic section, which then names no library.
        entries = struct.iter_unpack("<qQ", self.sections().get(".dynamic", b""))
        self.assertNotIn(1, [tag for tag, _ in entries], "needs a library (DT_NEEDED)")

    def test_lists_its_dependencies(self):
        """As `cargo auditable` writes them: all that is linked, and what features that only tests ask for would add."""
        listed = json.loads(zlib.decompress(self.sections()[".dep-v0"]))["packages"]
        listed = {(each["name"], each["version"]) for each in listed if each.get("kind", "runtime") == "runtime"}
        edges = "normal,no-proc-macro"
        arguments = ["cargo", "tree", "--locked", "--edges", edges, "--prefix", "none", "--format", "{p}"]
        tree = subprocess.run(arguments, check=True, capture_output=True, text=True, cwd=ROOT).stdout
        linked = set(re.findall(r"^(\S+) v(\S+)", tree, flags=re.M))
        self.assertIn((CARGO["name"], CARGO["version"]), linked)
        self.assertEqual(linked - listed, set())
        locked = {(each["name"], each["version"]) for each in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]}
        self.assertEqual(listed - locked, set())
        self.assertNotIn("wiremock", {name for name, _ in listed})


if __name__ == "__main__":
    unittest.main()
