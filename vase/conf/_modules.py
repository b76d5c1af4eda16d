"""Running a settings module: its upper-case names, and for each of them the line that gave it its value.

Next door: `_assignments.py` reads the lines, `_load.py` puts the environment and the schema to the values.
"""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from pydantic.fields import FieldInfo

from vase._imports import BrokenModuleError, ImportStringError, import_module
from vase.checks import CheckMessage, Place, error
from vase.conf._assignments import MISSING, Assignment, chain_of, read_history
from vase.conf._masking import shown
from vase.conf._origins import DEFAULT, Origin, Step
from vase.conf._reading import Reading
from vase.conf._settings import Settings
from vase.exceptions import quote

__all__ = ["Gathered", "run_module"]


@dataclass(slots=True)
class Gathered:
    """What one load has found so far: raw values, where each was given, the chain that led there, the faults."""

    values: dict[str, object] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    steps: dict[str, list[Step]] = field(default_factory=dict)
    faults: list[CheckMessage] = field(default_factory=list)

    def set(self, name: str, value: object, origin: Origin, about: FieldInfo | None) -> None:
        """Give a setting a value that wins over those before."""
        self.values[name] = value
        self.origins[name] = origin
        self.steps.setdefault(name, []).append(Step(origin, shown(name, about, value)))


def run_module(name: str, look: Reading, gathered: Gathered) -> None:
    """Import a settings module anew and take its names.

    Args:
        name: Dotted name of the module.
        look: The environment that `env` in the module reads.
        gathered: Where values and faults go.
    """
    with _fresh(chain_of(name)):
        try:
            module = import_module(name)
        except ImportStringError as problem:
            gathered.faults.append(_module_fault(name, problem))
            return
        history = read_history(name)
        loaded = {part: sys.modules[part] for part in chain_of(name) if part in sys.modules}
    if "BASE_DIR" not in vars(module):
        gathered.values["BASE_DIR"] = _project_directory(module)
        gathered.origins["BASE_DIR"] = DEFAULT
    for setting, value in vars(module).items():
        if not setting.isupper() or setting.startswith("_"):
            continue
        assignments = history.get(setting, [])
        origin = _origin(assignments, value, look, Origin("module", name, module.__file__, 0))
        about = Settings.model_fields.get(setting)
        if assignments and assignments[-1].imported and about is None:
            continue  # `from datetime import UTC` is no setting
        for assignment in assignments:
            if _place(assignment) != origin.place:
                earlier = (
                    vars(loaded[assignment.module]).get(setting, MISSING) if assignment.module in loaded else MISSING
                )
                text = _step_text(setting, about, assignment, earlier, assignments)
                step = Step(Origin("module", assignment.module, assignment.file, assignment.line), text)
                gathered.steps.setdefault(setting, []).append(step)
        gathered.set(setting, value, origin, about)


def _step_text(
    name: str, about: FieldInfo | None, assignment: Assignment, final: object, assignments: list[Assignment]
) -> str:
    """Return the value of a line that did not win: the literal it holds, or what its module ended with."""
    is_last = [other for other in assignments if other.module == assignment.module][-1] is assignment
    value = final if is_last else assignment.value
    return "…" if value is MISSING else shown(name, about, value)


def _origin(assignments: list[Assignment], value: object, look: Reading, whole_module: Origin) -> Origin:
    """Return the line that won: the last one, unless it is a literal with another value in an arm that did not run."""
    if not assignments:  # set by `globals()` or the like
        return whole_module
    literal = [other for other in assignments if other.value is not MISSING and other.value == value]
    winner = assignments[-1]
    if winner.value is not MISSING and winner.value != value and literal:
        winner = literal[-1]
    lines = range(winner.line, winner.end_line + 1)
    read = next(
        (read for read in look.reads if read.place and read.place.file == winner.file and read.place.line in lines),
        None,
    )
    return Origin("module", winner.module, winner.file, winner.line, read.variable if read else None)


def _place(assignment: Assignment) -> Place:
    return Place(assignment.file, assignment.line)


def _module_fault(name: str, problem: ImportStringError) -> CheckMessage:
    if not isinstance(problem, BrokenModuleError):
        return error(
            "conf.E003", f"the settings module {quote(name)} does not exist: {problem.message}", hint=problem.hint
        )
    own_files = {getattr(sys.modules.get(part), "__file__", None) for part in chain_of(name)} | _files_of(name)
    frames = traceback.extract_tb(problem.__cause__.__traceback__) if problem.__cause__ else []
    own = [Place(frame.filename, frame.lineno or 0) for frame in frames if frame.filename in own_files]
    place = problem.place if isinstance(problem.__cause__, SyntaxError) or not own else own[-1]
    reason = problem.message.partition(": ")[2]
    return error("conf.E004", f"the settings module {quote(name)} fails while it is imported: {reason}", place=place)


def _files_of(name: str) -> set[str | None]:
    return {assignment.file for assignments in read_history(name).values() for assignment in assignments}


@contextmanager
def _fresh(names: list[str]) -> Iterator[None]:
    """Let settings modules run again for this load, and leave what others have imported before as it was.

    A module runs once in a process, but what it assigns may depend on the environment of this load.
    """
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        yield
    finally:
        for name, module in before.items():
            sys.modules[name] = module
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:
                setattr(sys.modules[parent], child, module)


def _project_directory(module: ModuleType) -> Path:
    top = sys.modules.get(module.__name__.partition(".")[0], module)
    file = Path(getattr(top, "__file__", None) or module.__file__ or "").resolve()
    return file.parent.parent if file.stem == "__init__" else file.parent
