"""Letters in a browser, on a phone and on a desk, by day and by night: nothing overflows, everything can be read."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kith.domain.digest import LastSaid
from kith.letters import Letters, samples
from support import chromium
from support.need import need

LETTERS = Letters()
WIDTHS = (320, 360, 800)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 4

CONTRASTS = """
(() => {
  const light = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 };
  const parts = text => text.match(/[0-9.]+/g).map(Number);
  const bright = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = parts(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue;
    const pair = [bright(parts(getComputedStyle(element).color)), bright(behind(element))].sort((a, b) => b - a);
    found.push([walker.currentNode.data.trim().slice(0, 40), (pair[0] + 0.05) / (pair[1] + 0.05)]);
  }
  return found;
})()
"""
"""The contrast of every visible text with what is behind it (WCAG 2.1, 1.4.3)."""


@pytest.fixture(scope="module")
def page() -> Iterator[chromium.Page]:
    program = chromium.executable()
    need("" if program else "Chromium is not installed")
    with chromium.a_page(str(program)) as opened:
        yield opened


def letters() -> dict[str, str]:
    everything = samples.digest()
    long = replace(
        everything,
        people=tuple(
            replace(p, name=LONG, about=LONG, note=LONG, said=LastSaid(samples.PERIOD, False, LONG, LONG))
            for p in everything.people
        ),
        unfiled=(LONG,),
        strangers=tuple(replace(s, name=LONG, address=f"{LONG[:200]}@example.com") for s in everything.strangers),
        in_touch=tuple(replace(t, name=LONG) for t in everything.in_touch),
        circles=tuple(replace(c, name=LONG) for c in everything.circles),
    )
    troubled = replace(everything, health=replace(everything.health, gaps=1, problems=("The token ends on Friday",)))
    made = {
        "digest": LETTERS.digest(troubled),
        "quiet": LETTERS.digest(samples.bare_digest()),
        "long": LETTERS.digest(long),
        "receipt": LETTERS.receipt(samples.receipt()),
        "briefing": LETTERS.briefing(samples.briefing()),
    }
    return {name: letter.html or "" for name, letter in made.items()}


PAGES = letters()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", sorted(PAGES))
def test_nothing_is_wider_than_the_screen(page: chromium.Page, name: str, width: int) -> None:
    page.show(PAGES[name], width)
    assert page.ask("document.documentElement.scrollWidth") == width
    sheet = page.ask("document.querySelector('.sheet').getBoundingClientRect().width")
    assert sheet == min(width, 600)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_word_stands_out_from_what_is_behind_it(page: chromium.Page, name: str, dark: bool) -> None:
    page.show(PAGES[name], 360, dark=dark)
    contrasts = page.ask(CONTRASTS)
    assert len(contrasts) > 5
    assert [(words, ratio) for words, ratio in contrasts if ratio < 4.5] == []


def test_at_night_the_paper_is_dark(page: chromium.Page) -> None:
    colours = []
    for dark in (False, True):
        page.show(PAGES["digest"], 800, dark=dark)
        paper = page.ask("getComputedStyle(document.querySelector('.sheet')).backgroundColor")
        colours.append(sum(int(number) for number in re.findall(r"\d+", paper)))
    assert colours[0] > 700
    assert colours[1] < 150


def test_links_are_large_enough_for_a_thumb(page: chromium.Page) -> None:
    page.show(PAGES["digest"], 360)
    heights = page.ask("[...document.querySelectorAll('a')].map(a => a.getBoundingClientRect().height)")
    assert len(heights) == 4
    assert min(heights) >= 44


def test_the_preview_is_not_seen_in_the_letter(page: chromium.Page) -> None:
    page.show(PAGES["digest"], 360)
    assert page.ask("document.querySelector('.hidden').getClientRects().length") == 0
    assert page.ask("document.querySelector('.hidden').textContent").startswith("Five people to think of this week.")


def test_the_letter_reads_the_same_without_its_styles(page: chromium.Page) -> None:
    bare = re.sub(r'\sstyle="[^"]*"', "", re.sub(r"<style>.*?</style>", "", PAGES["digest"], flags=re.DOTALL))
    page.show(bare, 360)
    assert page.ask("document.documentElement.scrollWidth") == 360
    words = page.ask("document.body.innerText")
    assert words.index("Maria Silva") < words.index("Waiting in Drafts") < words.index("How to answer")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_a_picture_can_be_taken_of_it(page: chromium.Page, width: int, dark: bool, tmp_path: Path) -> None:
    page.show(PAGES["digest"], width, dark=dark)
    picture = tmp_path / "digest.png"
    page.photograph(picture)
    seen = picture.read_bytes()
    assert seen.startswith(b"\x89PNG")
    assert int.from_bytes(seen[16:20], "big") == width
    assert len(seen) > 20_000  # an empty page of this size has a tenth of it
