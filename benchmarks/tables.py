"""From the rounds of a run to its tables: on the terminal, and in README.md between its markers."""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from contestants import CONTESTANTS, HERE
from scenarios import SCENARIOS

README = HERE / "README.md"
BEGIN, END = "<!-- tables: written by run.py -->", "<!-- end of tables -->"
_HEADS = ("contestant", "requests/s", "of axum", "p50 ms", "p99 ms", "CPU µs", "RSS MiB")
_FIGURES = ("requests_per_second", "p50_ms", "p99_ms", "cpu_us", "rss_mib")


@dataclass(frozen=True)
class Row:
    """One row: the medians of its rounds."""

    contestant: str
    label: str
    rounds: list[dict[str, float] | None]
    wrong: str = ""

    @property
    def title(self) -> str:
        title = CONTESTANTS[self.contestant].title
        return (
            f"{title}, `{self.label}`"
            if any(word in self.label for word in ("def", "request."))
            else f"{title}, {self.label}"
            if self.label
            else title
        )

    def figure(self, name: str) -> float:
        return median(found[name] for found in self.rounds if found)

    @property
    def is_good(self) -> bool:
        return not self.wrong and any(self.rounds)

    def against(self, other: "Row", name: str = "requests_per_second") -> float:
        """Return the ratio to another row: the median of the ratios of each round."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return median(mine[name] / its[name] for mine, its in pairs if mine and its and its[name])


def rows_of(found: dict[str, Any]) -> list[Row]:
    """Return the rows of a scenario, the fastest first."""
    rows = [
        Row(name, label, rounds, found["wrong"].get(f"{name}/{label}", ""))
        for name, labels in found["rows"].items()
        if name in CONTESTANTS
        for label, rounds in labels.items()
    ]
    return sorted(rows, key=lambda row: -row.figure("requests_per_second") if row.is_good else 1)


def _row(rows: list[Row], contestant: str, label: str | None = None) -> Row | None:
    for row in rows:
        if row.contestant == contestant and label in {None, row.label} and row.is_good:
            return row
    return None


def _cells(row: Row, axum: Row | None) -> list[str]:
    if not row.is_good:
        return [row.title, "failed", "", "", "", "", ""]
    rate, p50, p99, cpu, rss = (row.figure(name) for name in _FIGURES)
    ratio = f"{row.against(axum):.2f}" if axum else ""
    return [row.title, f"{rate:,.0f}", ratio, _short(p50), _short(p99), f"{cpu:,.1f}", f"{rss:.0f}"]


def _short(milliseconds: float) -> str:
    return f"{milliseconds:.3f}" if milliseconds < 1 else f"{milliseconds:.1f}"


def text_table(found: dict[str, Any]) -> str:
    """Return the table of a scenario for a terminal."""
    rows = rows_of(found)
    lines = [list(_HEADS), *(_cells(row, _row(rows, "axum")) for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(_HEADS))]
    text = [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    ]
    return "\n".join(["", *text, ""])


def _markdown(rows: list[Row]) -> list[str]:
    lines = [f"| {' | '.join(_HEADS)} |", "|---|" + "---:|" * (len(_HEADS) - 1)]
    for row in rows:
        cells = _cells(row, _row(rows, "axum"))
        if row.contestant.startswith("vase"):
            cells[0] = f"**{cells[0]}**"
        lines.append(f"| {' | '.join(cells)} |")
    return lines


@dataclass(frozen=True)
class Goal:
    """What is asked of a row, against another row of the same rounds."""

    scenario: str
    mine: tuple[str, str | None]
    its: tuple[str, str | None]
    least: float
    figure: str = "requests_per_second"


def _goals() -> list[Goal]:
    main = [
        ("text", "async def", 0.75), ("text", "@inline def", 0.85), ("text", "def in threads", 0.50), ("json", "Pydantic", 0.75),
        ("parameters", "", 0.68), ("orders", "Pydantic", 0.55), ("orders", "msgspec", 0.75), ("middleware", "", 0.50),
        ("static", "", 0), ("upload", "a parameter of bytes", 0.80), ("postgres", "", 0),
    ]  # fmt: skip
    goals = [Goal(scenario, ("vase", label), ("axum", None), least) for scenario, label, least in main if least]
    goals.append(Goal("static", ("vase", ""), ("go", None), 1.0))
    for scenario, label, _ in main:
        if label not in {"@inline def", "def in threads"}:
            goals.append(
                Goal(
                    scenario,
                    ("vase", label),
                    ("django-bolt", None),
                    0.8 if (scenario, label) == ("orders", "Pydantic") else 1.0,
                )
            )
    goals += [
        Goal(scenario, ("vase", None), ("django-bolt", None), 1.0)
        for scenario in ("postgres-orm", "sqlite-orm", "latency")
    ]
    for scenario, label, _ in main:
        if scenario in {"text", "json", "parameters", "orders", "middleware"}:
            goals.append(Goal(scenario, ("vase", label), ("fastapi", None), 7.0))
    goals.append(Goal("postgres", ("vase", ""), ("fastapi", None), 1.0))
    goals.append(Goal("postgres", ("vase", ""), ("fastapi", None), 1.0, "p99_ms"))
    goals += [Goal("mixed", ("vase", ""), (peer, None), 1.0, "p99_ms") for peer in ("granian-rsgi", "starlette")]
    goals.append(Goal("postgres", ("vase", ""), ("granian-rsgi", None), 1.1))
    goals.append(Goal("postgres", ("vase", ""), ("granian-rsgi", None), 1.0, "p99_ms"))
    # With the settings of production: 0.8 of each figure that is asked above.
    for scenario, label, least in main:
        shown = "" if scenario in {"json", "upload"} else label
        if least:
            goals.append(Goal(scenario, ("vase-production", shown), ("axum", None), 0.8 * least))
    goals.append(Goal("static", ("vase-production", ""), ("go", None), 0.8))
    return goals


def _judged(results: dict[str, dict[str, Any]]) -> list[str]:
    lines = ["| row | against | asked | found | |", "|---|---|---:|---:|---|"]
    for goal in _goals():
        rows = rows_of(results[goal.scenario]) if goal.scenario in results else []
        mine, its = _row(rows, *goal.mine), _row(rows, *goal.its)
        if mine is None or its is None:
            continue
        found = mine.against(its, goal.figure)
        is_latency = goal.figure == "p99_ms"
        is_met = found <= goal.least if is_latency else found >= goal.least
        asked = f"p99 ≤ {goal.least:.2f}" if is_latency else f"≥ {goal.least:.2f}"
        title = SCENARIOS[goal.scenario].title
        lines.append(
            f"| {title}: {mine.title} | {its.title} | {asked} | {found:.2f} | {'met' if is_met else '**missed**'} |"
        )
    return lines


def _losing(results: dict[str, dict[str, Any]]) -> list[str]:
    """Say in which scenarios a peer that is not bare axum is ahead of the fastest row of plain Vase."""
    lines = []
    for name, found in results.items():
        rows = [row for row in rows_of(found) if row.is_good]
        mine = _row(rows, "vase")
        if mine is None:
            continue
        ahead = [
            f"{row.title} ({row.against(mine):.2f} times {mine.title})"
            for row in rows
            if row.contestant not in {"axum", "vase", "vase-production"} and row.against(mine) > 1
        ]
        if ahead:
            lines.append(f"- {SCENARIOS[name].title}: {'; '.join(ahead)}.")
    return lines or ["- In none of the rows measured."]


def _overview(results: dict[str, dict[str, Any]]) -> list[str]:
    """Return one table of all: requests per second of each contestant's fastest row, and its ratio to axum."""
    names = list(results)
    lines = ["| | " + " | ".join(SCENARIOS[name].title for name in names) + " |", "|---|" + "---:|" * len(names)]
    for contestant in CONTESTANTS.values():
        cells = []
        for name in names:
            rows = rows_of(results[name])
            row, axum = _row(rows, contestant.name), _row(rows, "axum")
            cells.append(f"{row.figure('requests_per_second'):,.0f} ({row.against(axum):.2f})" if row and axum else "–")
        if any(cell != "–" for cell in cells):
            title = f"**{contestant.title}**" if contestant.name.startswith("vase") else contestant.title
            lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def _conditions(results: dict[str, dict[str, Any]]) -> list[str]:
    found = next(iter(results.values()))
    machine = found["machine"]
    starts = sorted({each["started"][:10] for each in results.values()})
    lines = [
        f"Measured {' and '.join(starts)} at commit `{machine['commit']}`: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['system']}, Linux {machine['kernel']}; Python {machine['python']}, Rust "
        f"{machine['rust']}, wrk {machine['wrk']}; {found['rounds']} rounds of {found['seconds']:.0f} s; Vase's core: {machine['core']} build. Load of the machine "
        f"when the run began: {machine['load_average']}.",
        "",
        "Versions: "
        + "; ".join(
            f"{CONTESTANTS[name].title}: {', '.join(f'{package} {version}' for package, version in versions.items())}"
            for name, versions in found["versions"].items()
            if versions and name != "vase-production" and name in CONTESTANTS
        )
        + ".",
    ]
    return lines


def _absent(results: dict[str, dict[str, Any]]) -> list[str]:
    """Say who is in no row that could have been, and why."""
    lines = []
    for contestant in CONTESTANTS.values():
        out = [SCENARIOS[name].title for name in results if name not in contestant.takes_part]
        if out:
            lines.append(f"- {contestant.title}, not in {', '.join(out)}: {contestant.left_out}.")
        missing = [
            name for name in results if name in contestant.takes_part and contestant.name not in results[name]["rows"]
        ]
        if missing:
            lines.append(f"- {contestant.title}, not in {', '.join(missing)}: not installed when this was measured.")
    for name, found in results.items():
        lines += [
            f"- {key.rstrip('/')} failed in {SCENARIOS[name].title}: `{why[:160]}`."
            for key, why in found["wrong"].items()
        ]
    return lines


def write(folder: Path) -> None:
    """Write the tables of a run into README.md, between its markers."""
    results = {
        name: json.loads((folder / f"{name}.json").read_text())
        for name in SCENARIOS
        if (folder / f"{name}.json").exists()
    }
    if not results:
        raise SystemExit(f"no results in {folder}: run benchmarks/run.py first")
    lines = [BEGIN, "", *_conditions(results), "", "### All at a glance", ""]
    lines += [
        "Requests/s of each one's fastest row, and the ratio to bare axum in the same rounds.",
        "",
        *_overview(results),
    ]
    lines += ["", "### Where Vase loses", "", "Peers ahead of Vase's fastest row:", "", *_losing(results)]
    lines += ["", "### What is asked of Vase", "", *_judged(results), ""]
    for name, found in results.items():
        lines += [f"### {SCENARIOS[name].title}", "", SCENARIOS[name].note, "", *_markdown(rows_of(found)), ""]
    lines += ["### Not in a row", "", *_absent(results), "", END]
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(before + "\n".join(lines) + after)
