"""The second half of dependencies that yield: run in reverse order, told of the error, never silencing it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any

from vase.di._errors import DependencyError, label

__all__ = ["RunInThread", "Teardown"]

type RunInThread = Callable[..., Awaitable[Any]]
"""Like `asyncio.to_thread`: calls a function with its arguments in another thread."""

type _Sync = Generator[Any, Any, Any]
type _Async = AsyncGenerator[Any, Any]


class Teardown:
    """The generators that one scope has entered.

    `enter*` runs a generator to its `yield` and returns the value. `close` runs what follows the `yield`, the last one
    first. `fail` throws an error into each instead; a generator may raise another error, which the ones before it then
    see, but it cannot make an error disappear: the caller raises it again.

    Args:
        run_in_thread: Runs plain generators that were entered with `enter_in_thread`.
    """

    __slots__ = ("_entered", "_run_in_thread")

    def __init__(self, run_in_thread: RunInThread) -> None:
        self._entered: list[tuple[_Sync | None, _Async | None, bool]] = []
        self._run_in_thread = run_in_thread

    def __bool__(self) -> bool:
        return bool(self._entered)

    async def enter_async(self, generator: _Async) -> Any:
        """Run an async generator to its `yield`."""
        try:
            value = await anext(generator)
        except StopAsyncIteration:
            raise _no_yield(generator) from None
        self._entered.append((None, generator, False))
        return value

    def enter(self, generator: _Sync) -> Any:
        """Run a generator to its `yield`, here."""
        value = _start(generator)
        self._entered.append((generator, None, False))
        return value

    async def enter_in_thread(self, generator: _Sync) -> Any:
        """Run a generator to its `yield` in a thread, where its second half runs too."""
        value = await self._run_in_thread(_start, generator)
        self._entered.append((generator, None, True))
        return value

    async def close(self) -> None:
        """Run the second halves after success.

        Raises:
            BaseException: What a second half raised; the generators entered before it have seen it.
        """
        while self._entered:
            plain, asynchronous, threaded = self._entered.pop()
            try:
                if asynchronous is not None:
                    await _finish_async(asynchronous)
                elif plain is not None and threaded:
                    await self._run_in_thread(_finish, plain)
                elif plain is not None:
                    _finish(plain)
            except BaseException as error:
                await self.fail(error)
                raise

    async def fail(self, error: BaseException) -> None:
        """Throw an error into every generator, the last one first.

        Raises:
            BaseException: Another error, when a generator raised one in its place.
        """
        current = error
        while self._entered:
            plain, asynchronous, threaded = self._entered.pop()
            if asynchronous is not None:
                current = await _throw_async(asynchronous, current)
            elif plain is not None and threaded:
                current = await self._run_in_thread(_throw, plain, current)
            elif plain is not None:
                current = _throw(plain, current)
        if current is not error:
            raise current

    def in_threads(self) -> "Teardown":
        """Let the second halves of plain generators run in threads, because the loop will close them; return self."""
        self._entered = [(plain, asynchronous, True) for plain, asynchronous, _ in self._entered]
        return self

    def close_sync(self) -> None:
        """Do what `close` does when every generator is a plain one."""
        while self._entered:
            generator = self._entered.pop()[0]
            try:
                if generator is not None:
                    _finish(generator)
            except BaseException as error:
                self.fail_sync(error)
                raise

    def fail_sync(self, error: BaseException) -> None:
        """Do what `fail` does when every generator is a plain one."""
        current = error
        while self._entered:
            generator = self._entered.pop()[0]
            if generator is not None:
                current = _throw(generator, current)
        if current is not error:
            raise current


def _start(generator: _Sync) -> Any:
    # StopIteration must not leave this function: a future of a thread cannot carry it.
    try:
        return next(generator)
    except StopIteration:
        raise _no_yield(generator) from None


def _finish(generator: _Sync) -> None:
    try:
        next(generator)
    except StopIteration:
        return
    generator.close()
    raise _second_yield(generator)


async def _finish_async(generator: _Async) -> None:
    try:
        await anext(generator)
    except StopAsyncIteration:
        return
    await generator.aclose()
    raise _second_yield(generator)


def _throw(generator: _Sync, error: BaseException) -> BaseException:
    """Return the error that goes on: the given one, or what the generator raised in its place."""
    try:
        generator.throw(error)
    except StopIteration:
        return error
    except BaseException as raised:  # noqa: BLE001  # it is handed on to the generators before this one, and raised
        return error if _is_same(raised, error) else raised
    generator.close()
    return _second_yield(generator)


async def _throw_async(generator: _Async, error: BaseException) -> BaseException:
    try:
        await generator.athrow(error)
    except StopAsyncIteration:
        return error
    except BaseException as raised:  # noqa: BLE001  # it is handed on to the generators before this one, and raised
        return error if _is_same(raised, error) else raised
    await generator.aclose()
    return _second_yield(generator)


def _is_same(raised: BaseException, error: BaseException) -> bool:
    # Python wraps a StopIteration that leaves a generator in a RuntimeError; the generator itself changed nothing.
    is_wrapped = isinstance(error, (StopIteration, StopAsyncIteration)) and raised.__cause__ is error
    return raised is error or (isinstance(raised, RuntimeError) and is_wrapped)


def _no_yield(generator: object) -> DependencyError:
    message = f"dependency `{_name(generator)}` ended without a `yield`"
    return DependencyError(message, code="di.E006", hint="yield a value on every path")


def _second_yield(generator: object) -> DependencyError:
    message = f"dependency `{_name(generator)}` yields more than once"
    return DependencyError(message, code="di.E007", hint="yield one value; what follows the `yield` is the teardown")


def _name(generator: object) -> str:
    return label(generator)
