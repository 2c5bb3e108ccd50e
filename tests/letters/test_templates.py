"""Templates of the owner: they come first, and where one is broken it is said where."""

from pathlib import Path

import pytest

from kith.domain.occasion import Kind
from kith.errors import ConfigError
from kith.letters import Letters, samples
from kith.letters.templates import shipped

LETTERS = Letters()


def test_a_template_of_the_owner_comes_first(tmp_path: Path) -> None:
    (tmp_path / "draft.thanks.txt.j2").write_text("Cheers for {{ what }}, {{ first_name }}!", encoding="utf-8")
    own = Letters(tmp_path)
    assert own.draft(samples.occasion(Kind.THANKS)).text == "Cheers for the intro to Tom, Maria!\n"
    assert own.draft(samples.occasion(Kind.ASK)) == LETTERS.draft(samples.occasion(Kind.ASK))
    assert own.check() == []


def test_a_sentence_of_the_owner_is_escaped_where_html_takes_it(tmp_path: Path) -> None:
    frame = (Path(str(shipped())) / "say.txt.j2").read_text(encoding="utf-8")
    own = frame.replace('You" if said.by_owner', '<i>" ~ name if said.by_owner')
    assert own != frame
    (tmp_path / "say.txt.j2").write_text(own, encoding="utf-8")
    assert "&lt;i&gt;Bob Andersen wrote" in (Letters(tmp_path).digest(samples.digest()).html or "")


def test_a_missing_folder_of_overrides_is_no_problem(tmp_path: Path) -> None:
    assert Letters(tmp_path / "none").digest(samples.digest()) == LETTERS.digest(samples.digest())


@pytest.mark.parametrize(
    ("name", "source", "line", "said"),
    [
        ("digest.txt.j2", "fine\n{% if %}\n", 2, "Expected"),
        ("digest.txt.j2", "{% for x in people %}", 1, "Unexpected end"),
        ("digest.subject.j2", "\n\n{{ peopel }}", 3, "'peopel' is undefined"),
        ("digest.html.j2", "{{ people[0].nam.x }}", 1, "nam"),
        ("digest.html.j2", "{{ owner.__class__.__mro__ }}", 1, "unsafe"),
        ("digest.html.j2", "{{ 1 / 0 }}", 1, "division"),
        ("digest.html.j2", "{{ period | nosuch }}", 1, "nosuch"),
        ("digest.html.j2", "a\n{% include 'nope.html.j2' %}", 2, "nope.html.j2"),
        ("digest.html.j2", "a\n{% import 'say.txt.j2' as say %}", 2, "say .html.j2 for say.txt.j2"),
        ("digest.html.j2", "{% include 'digest.html.j2' %}", 1, "recursion"),
        ("digest.html.j2", "{% include '../digest.html.j2' %}", 1, "../digest.html.j2"),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, name: str, source: str, line: int, said: str) -> None:
    (tmp_path / name).write_text(source, encoding="utf-8")
    with pytest.raises(ConfigError, match="the template") as caught:
        Letters(tmp_path).digest(samples.digest())
    assert f"{tmp_path / name}, line {line}: " in caught.value.message
    assert said in caught.value.message
    assert "remove the file" in caught.value.hint
    assert [problem for problem in Letters(tmp_path).check() if said in problem]


def test_a_template_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "digest.txt.j2").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"digest\.txt\.j2: it cannot be read"):
        Letters(tmp_path).digest(samples.digest())


def test_a_template_with_a_name_that_nothing_uses_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "digest.text.j2").write_text("never used", encoding="utf-8")
    assert Letters(tmp_path).check() == ["digest.text.j2 in your templates folder is not the name of a template"]
