"""Takes the pictures of a digest that README shows: the demo's own letter, as Chromium draws it.

make screenshot
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.chromium import a_page, executable  # noqa: E402 -- the tests' own browser, found by the path above

PICTURES = {"digest.png": (640, 1080, False), "digest-phone-dark.png": (360, 1080, True)}
"""File name: width of the window, how much of the letter is shown, and whether it is dark."""


def main() -> None:
    """Plays the demo and photographs its digest."""
    program = executable()
    if program is None:
        sys.exit("Chromium is not installed: install chromium to take pictures")
    kith = Path(sys.executable).with_name("kith")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "demo"
        subprocess.run([kith, "demo", "--out", place], check=True, stdout=subprocess.DEVNULL)
        html = (place / "digest.html").read_text(encoding="utf-8")
    for name, (width, height, dark) in PICTURES.items():
        with a_page(program) as page:
            page.show(html, width, dark=dark)
            page.photograph(ROOT / "docs" / name, (width, height))
            print(f"docs/{name}")


if __name__ == "__main__":
    main()
