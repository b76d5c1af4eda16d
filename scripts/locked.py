"""Print what `uv.lock` pins for this machine as a requirements file, for a pip that has to do uv's work."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(environment: Path) -> None:
    """Print the direct dependencies as they are written; a file in the environment limits them to what is locked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    versions = {package["name"]: package["version"] for package in lock["package"] if "registry" in package["source"]}
    limits = environment.resolve() / "locked-versions.txt"
    limits.write_text("".join(f"{name}=={version}\n" for name, version in versions.items()), encoding="utf-8")
    print(f"-c {limits}")
    for requirement in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"]):
        print(re.sub(r"\s+", " ", requirement))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
