"""The Dockerfile's own steps, carried out in a folder that stands for the image's root.

There is no engine to build the image where the tests run. What can break is checked without one: that the
locks install by their hashes alone, that what is copied is in the build context, that the environment is
copied to where it was made, and that the command starts with the image's variables.
"""

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import kith
from support.install import BASE_PYTHON, ROOT, clean_environ, run
from support.need import need

pytestmark = pytest.mark.slow

NO_NETWORK = re.compile(r"NewConnectionError|name resolution|NameResolutionError|ConnectTimeout")


@dataclass
class Stage:
    """One FROM and what follows it: (instruction, rest of the line)."""

    image: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [rest for name, rest in self.steps if name == instruction]

    def only(self, instruction: str) -> str:
        (rest,) = self.all(instruction)
        return rest


def _stages() -> list[Stage]:
    text = (ROOT / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    stages: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        instruction, rest = line.split(maxsplit=1)
        if instruction == "FROM":
            stages.append(Stage(rest))
        else:
            stages[-1].steps.append((instruction, rest))
    return stages


@dataclass
class Image:
    """A folder that stands for the root of the image while its steps are carried out."""

    root: Path
    folder: Path

    def inside(self, text: str) -> str:
        """The text with the image's absolute paths moved into the folder."""
        return re.sub(r"(?<!\w)/(?=(?:opt|src|data)\b)", f"{self.root}/", text)

    def step(self, instruction: str, rest: str) -> None:
        """Carries out the steps that install something; users and variables belong to a real image only."""
        if instruction == "WORKDIR":
            self.folder = Path(self.inside(rest))
            self.folder.mkdir(parents=True, exist_ok=True)
        elif instruction == "COPY" and not rest.startswith("--"):
            *sources, target = rest.split()
            for source in sources:
                _copy(ROOT / source, (self.folder / target / (source if len(sources) > 1 else "")).resolve())
        elif instruction == "RUN" and re.search(r"\b(python|pip)\b", rest):
            self._run(rest)

    def _run(self, command: str) -> None:
        env = clean_environ(PATH=f"{self.root}/bin:/usr/bin:/bin", PIP_DISABLE_PIP_VERSION_CHECK="1")
        try:
            run(["sh", "-ec", self.inside(command)], cwd=self.folder, env=env)
        except AssertionError as error:
            if NO_NETWORK.search(str(error)):
                need("The package index cannot be reached, which the Dockerfile's steps install from")
            raise


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image with the steps of every stage carried out, the second in the place of the first."""
    made = Image(tmp_path_factory.mktemp("image"), Path())
    (made.root / "bin").mkdir()
    (made.root / "bin" / "python").write_text(f'#!/bin/sh\nexec "{BASE_PYTHON}" "$@"\n')
    (made.root / "bin" / "python").chmod(0o755)
    for stage in _stages():
        for instruction, rest in stage.steps:
            made.step(instruction, rest)
    return made


@pytest.fixture
def environ(image: Image) -> dict[str, str]:
    """The variables that the last stage sets."""
    words = " ".join(_stages()[-1].all("ENV")).split()
    pairs = (image.inside(word).replace("$PATH", "/usr/bin:/bin").split("=", 1) for word in words)
    return clean_environ(**dict(pairs))


def test_the_image_runs_the_command_as_a_user_of_its_own_with_data_kept_apart() -> None:
    last = _stages()[-1]
    assert json.loads(last.only("ENTRYPOINT")) == ["kith"]
    assert json.loads(last.only("CMD")) == ["run"]
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", last.only("USER")), "not root, and by number"
    assert last.only("VOLUME") == "/data"
    assert last.only("STOPSIGNAL") == "SIGTERM"
    assert json.loads(last.only("HEALTHCHECK").partition(" CMD ")[2]) == ["kith", "status", "--live"]


def test_both_stages_are_made_from_the_same_plain_image() -> None:
    images = {stage.image.split(" AS ")[0] for stage in _stages()}
    assert len(images) == 1
    assert re.fullmatch(r"python:3\.\d+-slim", images.pop())


def test_everything_that_is_copied_is_in_the_build_context() -> None:
    kept = {line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = {
        word.removeprefix("./")
        for stage in _stages()
        for rest in stage.all("COPY")
        if not rest.startswith("--from")
        for word in rest.split()[:-1]
    }
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)


def test_the_environment_is_copied_to_where_it_was_made() -> None:
    copies = [rest.split()[1:] for stage in _stages() for rest in stage.all("COPY") if rest.startswith("--from")]
    assert copies
    assert all(source == target for source, target in copies)


def test_every_package_from_outside_is_installed_by_its_hash() -> None:
    installs = [
        one for stage in _stages() for rest in stage.all("RUN") for one in rest.split("&&") if " install -" in one
    ]
    assert installs
    assert all("--require-hashes" in one or "--no-index" in one for one in installs if "pip" in one)


def test_the_command_starts_in_the_image(image: Image, environ: dict[str, str]) -> None:
    assert kith.__version__ in run(["kith", "--version"], cwd=image.root, env=environ)


def test_the_image_keeps_the_database_and_the_key_in_data(image: Image, environ: dict[str, str]) -> None:
    data = image.root / "data"
    data.mkdir(exist_ok=True)
    shutil.copy(ROOT / "config" / "kith.toml", data)
    assert json.loads(run(["kith", "people", "list", "--json"], cwd=image.root, env=environ)) == []
    assert {"kith.db", "kith.toml"} <= {path.name for path in data.iterdir()}


def test_pip_does_not_travel_along(image: Image) -> None:
    assert not list(image.root.glob("opt/kith/lib/python*/site-packages/pip"))
