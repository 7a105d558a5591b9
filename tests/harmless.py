"""What the HTML of search and register may hold, whatever papers and persons have written."""

from __future__ import annotations

from html.parser import HTMLParser

from ratsassistent.output.register_table import CSV, XLSX

EVIL = "<script>alert(1)</script> <img src=x onerror=alert(2)> \"><input autofocus onfocus=alert(3)> ' onclick='x ${1} {{y}}"
TAGS = {
    "form", "label", "input", "select", "option", "button", "details", "summary", "div", "section", "p", "span", "strong",
    "h1", "h2", "h3", "nav", "img", "dl", "dt", "dd", "ul", "ol", "li", "mark", "progress", "table", "caption", "thead", "tbody", "tr", "th", "td", "blockquote", "a",
}  # fmt: skip
ATTRIBUTES = {
    "class", "type", "role", "title", "name", "value", "maxlength", "placeholder", "selected", "scope", "colspan", "tabindex",
    "href", "download", "max", "alt", "src", "id",
}  # fmt: skip


class Shape(HTMLParser):
    """The elements, attributes and words of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._words = ""
        self.feed(html)

    @property
    def words(self) -> str:
        return " ".join(self._words.split())

    def values(self, name: str) -> list[str]:
        return [value or "" for key, value in self.attributes if key == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self._words += data + " "


def is_harmless(html: str) -> bool:
    shape = Shape(html)
    known = all(name in ATTRIBUTES or name.startswith(("data-", "aria-")) for name, _ in shape.attributes)
    files = all(link.partition(";base64,")[0].removeprefix("data:") in (CSV, XLSX) for link in shape.values("href"))
    pictures = all(source.startswith("data:image/") for source in shape.values("src"))
    return set(shape.tags) <= TAGS and known and files and pictures


def words_of(html: str) -> str:
    return Shape(html).words
