"""Refresh the pages' bundles in `vase/openapi/assets/` from the npm registry, or, with `--check`, compare their hashes.

`MANIFEST.json` holds the packages with version, licence and the registry's own hash, and the hash of each file.
A new version is a new number there; the rest is written by this script.
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).resolve().parent.parent / "vase" / "openapi" / "assets"
MANIFEST = ASSETS / "MANIFEST.json"


def main() -> int:
    """Refresh or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fetch nothing; exit with 1 if a file is not what it was")
    arguments = parser.parse_args()
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    if not arguments.check:
        for package in manifest["packages"]:
            refresh(package)
        MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    wrong = changed_files(manifest)
    for name in wrong:
        print(f"{name}: not the file of the manifest")
    return 1 if wrong else 0


def refresh(package: dict[str, Any]) -> None:
    """Fetch one package, check it against the registry's hash, and copy its files."""
    with tempfile.TemporaryDirectory() as folder:
        asked = ["npm", "pack", "--json", "--silent", f"{package['name']}@{package['version']}"]
        done = subprocess.run(asked, cwd=folder, check=True, capture_output=True, text=True)
        (told,) = json.loads(done.stdout)
        archive = Path(folder) / told["filename"]
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if told["integrity"] != f"sha512-{digest}":
            raise SystemExit(f"{package['name']}: the archive is not what the registry says")
        package["integrity"] = told["integrity"]
        with tarfile.open(archive) as files:
            for name, entry in package["files"].items():
                member = files.extractfile(f"package/{entry['from']}")
                if member is None:
                    raise SystemExit(f"{package['name']}: no file {entry['from']}")
                content = member.read()
                (ASSETS / name).write_bytes(content)
                entry["sha256"] = hashlib.sha256(content).hexdigest()


def changed_files(manifest: dict[str, Any]) -> list[str]:
    """Return the files that are not there or not what the manifest says."""
    entries = {name: entry for package in manifest["packages"] for name, entry in package["files"].items()}
    return [
        name
        for name, entry in entries.items()
        if not (ASSETS / name).exists()
        or hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() != entry.get("sha256")
    ]


if __name__ == "__main__":
    sys.exit(main())
