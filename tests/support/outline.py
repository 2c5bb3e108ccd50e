"""What an HTML page is made of, for tests that look at a letter as a parser does."""

from html.parser import HTMLParser


class Outline(HTMLParser):
    """What a page is made of: its tags, their attributes, its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"h1", "h2"}:
            self.headings.append("")

    def handle_data(self, data: str) -> None:
        self.words += data
        if self.headings and self.get_starttag_text() and self.lasttag in {"h1", "h2"}:
            self.headings[-1] += data.strip()

    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a"]
