"""What a user gets from `pip install kithmail`: built as a release is, installed away from this checkout, and run."""

import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

import kith
from support.install import ROOT, borrowing_venv, clean_environ, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, made from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "hatchling", "build", "--directory", str(folder)], cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def names(built: Path) -> set[str]:
    """The files in the wheel."""
    return _names(next(built.glob("*.whl")))


@pytest.fixture(scope="module")
def command(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command as the wheel installs it."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    bin_folder = borrowing_venv(folder)
    pip = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--no-deps", "--no-index"]
    run([*pip, str(next(built.glob("*.whl")))], cwd=folder)
    return bin_folder / "kith"


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def _files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.mark.parametrize(
    ("source", "inside"),
    [("service/kith", "kith"), ("templates", "kith/_data/templates"), ("config", "kith/_data/config")],
)
def test_everything_that_kith_reads_at_run_time_is_in_the_wheel(names: set[str], source: str, inside: str) -> None:
    wanted = {f"{inside}/{name}" for name in _files(ROOT / source)}
    assert wanted, f"{source} is empty"
    assert wanted <= names


@pytest.mark.parametrize("part", ["kith/store/migrations/versions/", "kith/_data/config/kith.toml", "kith/py.typed"])
def test_the_parts_that_are_not_imported_are_in_the_wheel(names: set[str], part: str) -> None:
    assert any(name.startswith(part) for name in names)


def test_nothing_else_is_in_the_wheel(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert tops == {"kith", f"kithmail-{kith.__version__}.dist-info"}
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_sdist_builds_the_same_wheel(built: Path, names: set[str], tmp_path: Path) -> None:
    run(["tar", "-xzf", str(next(built.glob("*.tar.gz")))], cwd=tmp_path)
    unpacked = next(tmp_path.iterdir())
    run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)], cwd=unpacked)
    assert _names(next(tmp_path.glob("*.whl"))) == names


def test_the_installed_command_says_its_version(command: Path, tmp_path: Path) -> None:
    assert kith.__version__ in run([str(command), "--version"], cwd=tmp_path)


def test_the_installed_kith_is_the_wheels_and_not_the_checkouts(command: Path, tmp_path: Path) -> None:
    where = run([str(command.parent / "python"), "-c", "import kith; print(kith.__file__)"], cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(command.parents[1])


def test_the_installed_command_makes_its_database_from_what_came_along(command: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "config" / "kith.toml", tmp_path)
    env = clean_environ(KITH_STORE__URL=f"sqlite:///{tmp_path}/kith.db")
    listed = run([str(command), "people", "list", "--json"], cwd=tmp_path, env=env)
    assert json.loads(listed) == []
    assert (tmp_path / "kith.db").stat().st_mode & 0o777 == 0o600
