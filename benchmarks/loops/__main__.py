"""Measures the loops beside each other.

    python -m benchmarks.loops [--seconds 0.5] [--rounds 3] [--postgres URL] [--redis URL] [row …]

Each loop runs in a process of its own; the rounds go row by row, loop by loop, so that a noisy minute of the machine
meets all of them. Shown are the median of the rounds, and that of each round's ratio to uvloop. Build the core for
release before.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

LOOPS = ("vase", "uvloop", "asyncio")


def _factory(name: str) -> Any:
    if name == "vase":
        from vase.loop import EventLoop  # noqa: PLC0415

        return EventLoop
    if name == "uvloop":
        import uvloop  # noqa: PLC0415

        return uvloop.new_event_loop
    return asyncio.SelectorEventLoop


def _rows(options: argparse.Namespace) -> dict[str, Callable[[float], Awaitable[float]]]:
    from benchmarks.loops.databases import postgres_rows, redis_rows  # noqa: PLC0415
    from benchmarks.loops.rows import ROWS  # noqa: PLC0415

    rows = dict(ROWS)
    if options.postgres:
        rows |= postgres_rows(options.postgres)
    if options.redis:
        rows |= redis_rows(options.redis)
    return rows


def _serve(loop: str, options: argparse.Namespace) -> None:
    """Measure what is asked for, a row's name a line, a figure a line."""
    rows = _rows(options)
    for line in sys.stdin:
        with asyncio.Runner(loop_factory=_factory(loop)) as runner:
            figure = runner.run(rows[json.loads(line)](options.seconds))  # type: ignore[arg-type]
        print(figure, flush=True)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--redis", default="")
    parser.add_argument("--loop", choices=LOOPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.loop:
        _serve(options.loop, options)
        return
    processes = {
        loop: subprocess.Popen(
            [sys.executable, "-m", "benchmarks.loops", "--loop", loop, *sys.argv[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for loop in LOOPS
    }
    print(f"| row | {' | '.join(LOOPS)} | vase / uvloop | spread of vase |")
    print("| --- | --: | --: | --: | --: | --: |")
    for row in _rows(options):
        if options.rows and row not in options.rows:
            continue
        figures: dict[str, list[float]] = {loop: [] for loop in LOOPS}
        for _ in range(options.rounds):
            for loop, process in processes.items():
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(json.dumps(row) + "\n")
                process.stdin.flush()
                figures[loop].append(float(process.stdout.readline()))
        medians = {loop: statistics.median(found) for loop, found in figures.items()}
        spread = (max(figures["vase"]) - min(figures["vase"])) / medians["vase"]
        shown = " | ".join(f"{medians[loop]:,.0f}" for loop in LOOPS)
        # Of two that stand side by side in time: a slow minute of the machine is in both.
        ratio = statistics.median(
            ours / theirs for ours, theirs in zip(figures["vase"], figures["uvloop"], strict=True)
        )
        print(f"| {row} | {shown} | {ratio:.2f} | {spread:.0%} |", flush=True)
    for process in processes.values():
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


if __name__ == "__main__":
    main()
