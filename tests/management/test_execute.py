"""The two programs, run as a user runs them."""

import json
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from vase.management._table import OUTSIDE, PROJECT

MANAGE = """
from pathlib import Path
from vase.management import execute
if __name__ == "__main__":
    execute("config.settings.development", directory=Path(__file__).parent)
"""


@pytest.fixture
def project(tmp_path) -> Path:
    """Return a project with an app that has commands of its own."""
    files = {
        "manage.py": MANAGE,
        "config/settings/base.py": 'INSTALLED_APPS = ["catalog"]\n',
        "config/settings/development.py": "from config.settings.base import *\nDEBUG = True\n",
        "config/settings/test.py": "from config.settings.base import *\n",
        "config/settings/production.py": "from config.settings.base import *\n",
        "catalog/__init__.py": "",
        "catalog/commands/publish.py": '''
            from typing import Annotated
            import typer
            from vase.management import Project, emit

            def publish(
                project: Project,
                name: Annotated[str, typer.Argument(help="What to publish.")],
                *,
                count: int = 1,
            ) -> None:
                """Publish a product."""
                emit(f"{name} {count} {project.settings_module} {project.environment}")
            ''',
        "catalog/commands/wait_a_bit.py": '''
            import asyncio
            from vase.management import emit

            async def wait_a_bit() -> None:
                """Wait on the event loop."""
                await asyncio.sleep(0)
                emit("waited")
            ''',
        "catalog/commands/nameless.py": "x = 1\n",
        "catalog/commands/fail.py": '''
            from vase.exceptions import VaseError

            def fail() -> None:
                """Fail on purpose."""
                raise VaseError("the stock is empty", code="catalog.E001", hint="order more")
            ''',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(textwrap.dedent(text))
    return tmp_path


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with arguments and return what it said."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VASE_")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_commands_by_subject_and_app(project):
    """Help groups built-in commands by subject and those of apps under the app's label."""
    result = run("manage.py", "--help", cwd=project)
    assert result.returncode == 0
    for entry in PROJECT:
        assert entry.name in result.stdout
    panels = [line for line in result.stdout.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert panels == ["Options:", "Server:", "Site:", "Database:", "Help:", "catalog:"]
    assert "publish         Publish a product." in result.stdout


def test_help_imports_neither_pydantic_nor_sqlalchemy(project):
    """Listing the commands costs none of the heavy imports, neither directly nor through an app."""
    script = project / "look.py"
    script.write_text(
        MANAGE.replace(
            "execute(", "import atexit, sys\n    atexit.register(lambda: print(sorted(sys.modules)))\n    execute("
        )
    )
    result = run("look.py", "--help", cwd=project)
    modules = set(eval(result.stdout.splitlines()[-1]))  # noqa: S307
    heavy = {
        "pydantic",
        "sqlalchemy",
        "alembic",
        "rich.console",
        "asyncio",
        "jinja2",
        "vase._core",
        "catalog",
        "config",
    }
    assert not modules & heavy


@pytest.mark.parametrize("command", [["-m", "vase", "--help"], ["manage.py", "--help"]])
def test_help_is_quick(project, command):
    """The list of commands costs under half a second of the processor's time: 0.2 s where nothing else runs."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run(*command, cwd=project).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.5


def test_command_of_an_app_runs_with_its_arguments(project):
    """A command of an app is an annotated function; what the framework provides stays off the command line."""
    result = run("manage.py", "publish", "lamp", "--count", "3", cwd=project)
    assert (result.returncode, result.stdout) == (0, "lamp 3 config.settings.development dev\n")
    usage = run("manage.py", "publish", "--help", cwd=project).stdout
    assert "What to publish." in usage
    assert "project" not in usage.lower().replace("publish", "")


def test_async_command_runs_on_a_loop(project):
    """An `async def` is a command too; hyphens may stand for underscores."""
    for name in ("wait_a_bit", "wait-a-bit"):
        result = run("manage.py", name, cwd=project)
        assert (result.returncode, result.stdout, result.stderr) == (0, "waited\n", "")


def test_error_is_told_without_a_traceback(project):
    """An error of Vase is one sentence with its code and hint on stderr; `--traceback` shows where it came from."""
    result = run("manage.py", "fail", cwd=project)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "error[catalog.E001]: the stock is empty\n  hint: order more\n"
    assert "Traceback" in run("manage.py", "--traceback", "fail", cwd=project).stderr


def test_file_without_its_function_is_told(project):
    """A command file must define a function of its own name."""
    result = run("manage.py", "nameless", cwd=project)
    assert result.returncode == 1
    file = project / "catalog" / "commands" / "nameless.py"
    assert f"error[management.E003]: the command file `{file}` defines no function `nameless`\n" in result.stderr


@pytest.mark.parametrize(
    ("command", "error", "hint"),
    [
        (["manage.py", "migrat"], "there is no command `migrat`", "did you mean `migrate`?"),
        (["manage.py", "publsh"], "there is no command `publsh`", "did you mean `publish`?"),
        (["manage.py", "startproject"], "there is no command `startproject`", "outside a project: `vase startproject`"),
        (["manage.py", "xyz123"], "there is no command `xyz123`", "`--help` lists the commands"),
        (["-m", "vase", "runserver"], "there is no command `runserver`", "inside a project: `./manage.py runserver`"),
        (["-m", "vase", "startprojet"], "there is no command `startprojet`", "did you mean `startproject`?"),
    ],
)
def test_unknown_command(project, command, error, hint):
    """A name that nothing has is answered with the nearest one, or with where it exists; exit code 2."""
    result = run(*command, cwd=project)
    assert result.returncode == 2
    assert result.stderr == f"error[management.E001]: {error}\n  hint: {hint}\n"


@pytest.mark.parametrize(
    ("arguments", "environment", "settings"),
    [
        ([], {}, "config.settings.development dev"),
        ([], {"VASE_ENV": "prod"}, "config.settings.production prod"),
        ([], {"VASE_ENV": "production"}, "config.settings.production prod"),
        ([], {"VASE_SETTINGS_MODULE": "config.settings.test", "VASE_ENV": "prod"}, "config.settings.test test"),
        (["--env", "test"], {"VASE_ENV": "prod"}, "config.settings.test test"),
        (["--settings", "config.settings.base"], {}, "config.settings.base None"),
    ],
)
def test_settings_in_force(project, arguments, environment, settings):
    """The command line wins over the environment, and that over what `manage.py` carries."""
    result = run("manage.py", *arguments, "publish", "lamp", cwd=project, **environment)
    assert result.stdout == f"lamp 1 {settings}\n"


def test_unknown_environment_is_refused(project):
    """A misspelt environment is told, not taken for development."""
    result = run("manage.py", "publish", "lamp", cwd=project, VASE_ENV="prd")
    assert result.returncode == 1
    assert (
        result.stderr
        == "error[management.E002]: `VASE_ENV` names no environment: `prd`\n  hint: did you mean `prod`?\n"
    )


def test_commands_run_from_any_folder(project, tmp_path_factory):
    """`manage.py` finds its project from wherever it is called."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    result = run(str(project / "manage.py"), "publish", "lamp", cwd=elsewhere)
    assert result.stdout == "lamp 1 config.settings.development dev\n"


def test_version_as_json():
    """`version --json` is for scripts: the package's version and the interpreter's."""
    result = run("-m", "vase", "version", "--json", cwd=Path.cwd())
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["python"] == ".".join(map(str, sys.version_info[:3]))


def test_shell_completion_offers_commands_without_importing_them(project):
    """The shell completes the names of built-in commands and of those of apps, even when one of them is broken."""
    environment = {"_MANAGE.PY_COMPLETE": "complete_bash", "COMP_WORDS": "manage.py ", "COMP_CWORD": "1"}
    result = run("manage.py", cwd=project, **environment)
    offered = result.stdout.split()
    assert {"runserver", "migrate", "publish", "nameless"} <= set(offered)
    environment |= {"COMP_WORDS": "manage.py mig"}
    assert run("manage.py", cwd=project, **environment).stdout.split() == ["migrate"]


@pytest.mark.parametrize("entry", [*PROJECT, *OUTSIDE], ids=lambda entry: entry.name)
def test_table_tells_what_the_commands_tell(entry):
    """The line in the list of commands is the first line of the command's own docstring."""
    module = __import__(entry.module, fromlist=["_"])
    function = getattr(module, entry.module.rpartition(".")[2])
    assert function.__doc__.partition("\n")[0] == entry.help


def test_dependencies_are_filled_in(project):
    """A command takes sessions and `Depends` like a handler does; what it writes is committed when it returns."""
    (project / "config/settings/base.py").write_text(
        'INSTALLED_APPS = ["catalog"]\nDATABASES = {"default": f"sqlite:///{__file__}.sqlite3"}\n'
    )
    (project / "catalog/commands/count.py").write_text(
        textwrap.dedent('''
            from typing import Annotated
            from sqlalchemy import text
            from vase import Depends
            from vase.conf import Settings
            from vase.db import AsyncSession, Session
            from vase.management import emit

            def find_greeting(settings: Settings) -> str:
                return f"debug {settings.DEBUG}"

            async def count(
                db: Session,
                other: AsyncSession,
                greeting: Annotated[str, Depends(find_greeting)],
                word: str,
                times: int = 2,
            ) -> None:
                """Count rows."""
                db.execute(text("create table if not exists words (word text)"))
                db.execute(text("insert into words values (:word)"), {"word": word * times})
                db.commit()
                found = await other.scalar(text("select group_concat(word) from words"))
                emit(f"{greeting}: {found}")
            ''')
    )
    assert run("manage.py", "count", "ab", cwd=project).stdout == "debug True: abab\n"
    result = run("manage.py", "count", "c", "--times", "1", cwd=project)
    assert (result.returncode, result.stdout) == (0, "debug True: abab,c\n"), result.stderr
