"""Files that a generator is going to write: planned as a whole, then written all together or not at all."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import vase
from vase.exceptions import quote
from vase.management._errors import CommandError, TargetExistsError

__all__ = ["Plan", "find_template", "read_source", "read_tree"]

# What working on the template leaves behind in a checkout; `vase_core/build.rs` leaves the same out of the wheel.
_LEFTOVERS = frozenset({"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv"})


@dataclass(slots=True)
class Plan:
    """New files and edits of existing ones, all below one folder.

    Args:
        directory: The folder that the paths are relative to.
        created: New files: path → content.
        edited: Existing files: path → their whole new text.
    """

    directory: Path
    created: dict[Path, bytes] = field(default_factory=dict)
    edited: dict[Path, str] = field(default_factory=dict)

    def write(self) -> None:
        """Write everything; when something fails, take back what was written.

        Raises:
            TargetExistsError: When a file that is to be created exists; nothing is written then.
        """
        conflicts = [str(path) for path in sorted(self.created) if (self.directory / path).exists()]
        if conflicts:
            raise TargetExistsError(
                f"{quote(str(self.directory))} has files that would be overwritten: {', '.join(map(quote, conflicts))}",
                code="management.E005",
                hint="choose another folder, or move them away",
            )
        originals = {path: (self.directory / path).read_bytes() for path in self.edited}
        try:
            for path, content in self.created.items():
                self._create(self.directory / path, content)
            for path, text in self.edited.items():
                _replace(self.directory / path, _with_line_ends(text, like=originals[path]))
        except BaseException:
            self._take_back(originals)
            raise

    def _create(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if content.startswith(b"#!"):
            # An archive may have lost the bit, and `./manage.py` is what every page tells people to type.
            path.chmod(path.stat().st_mode | 0o111)

    def _take_back(self, originals: Mapping[Path, bytes]) -> None:
        for path, content in originals.items():
            (self.directory / path).write_bytes(content)
        for path in self.created:
            (self.directory / path).unlink(missing_ok=True)
            # Folders that were made for the file are empty now; folders with other content refuse to go.
            with contextlib.suppress(OSError):
                for parent in (self.directory / path).parents:
                    if parent == self.directory.parent:
                        break
                    parent.rmdir()


def find_template() -> Path:
    """Return the folder that `startproject` and `startapp` copy.

    Raises:
        CommandError: When the installation has lost it.
    """
    package = Path(vase.__file__).parent
    # In a checkout the folder at the root is the one people edit; the other one exists in an installed wheel.
    candidates = [package.parent / "project_template", package / "project_template"]
    if not (package.parent / "vase_core").is_dir():
        candidates.reverse()
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise CommandError(
        f"the project template is missing: {quote(str(candidates[0]))}",
        code="management.E009",
        hint="install vase again",
    )


def read_tree(source: Path, *, words: Mapping[str, str], leave_out: Iterable[str] = ()) -> dict[Path, bytes]:
    """Return every file of a folder, with whole words replaced in paths and texts.

    Args:
        source: The folder.
        words: Word → replacement.
        leave_out: Names directly in the folder that are skipped.
    """
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b") if words else None

    def replaced(text: str) -> str:
        return text if pattern is None else pattern.sub(lambda match: words[match[0]], text)

    files: dict[Path, bytes] = {}
    skipped = frozenset(leave_out)
    for path in _walk(source):
        relative = path.relative_to(source)
        if relative.parts[0] in skipped:
            continue
        content = path.read_bytes()
        with contextlib.suppress(UnicodeDecodeError):  # an image has no words
            content = replaced(content.decode()).encode()
        files[Path(*map(replaced, relative.parts))] = content
    return files


def read_source(path: Path) -> str:
    """Return the text of a Python file with plain line feeds; `Plan` restores the ends of lines that the file has.

    Raises:
        CommandError: When it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{quote(str(path))} cannot be read: {error}", code="management.E006") from error


def _walk(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.iterdir()):
        if path.name in _LEFTOVERS or ".sqlite3" in path.name:
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _with_line_ends(text: str, *, like: bytes) -> bytes:
    content = text.encode()
    return content.replace(b"\n", b"\r\n") if b"\r\n" in like else content


def _replace(path: Path, content: bytes) -> None:
    # Through a sibling, so that a reloader or an editor never sees half a file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.chmod(path.stat().st_mode)
    temporary.replace(path)
