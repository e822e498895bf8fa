"""HTML elements, each text escaped: no scripts, nothing from elsewhere.

Every text becomes part of the page through `element`, which escapes it; only `Html` goes in as it is.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from customer_data.page.printable import printable
from customer_data.page.style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LONGEST_MESSAGE = 2000
_VOID_ELEMENTS = ("meta",)


def document(title: str, body: Html, style: str) -> str:
    """The whole page, to be written as UTF-8; `style` adds to what all pages have."""
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            element("meta", name="referrer", content="no-referrer"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("title", title),
            element("style", Html(STYLE + style)),
        ),
        element("body", body),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}\n"


class Html(str):
    """Markup that is safe as it is."""


def element(tag: str, *content: str | None, **attributes: str) -> Html:
    """`class_` and `aria_label` become `class` and `aria-label`; None is left out."""
    given = "".join(f' {name.rstrip("_").replace("_", "-")}="{_escaped(value)}"' for name, value in attributes.items())
    if tag in _VOID_ELEMENTS:
        return Html(f"<{tag}{given}>")
    escaped = _escaped_lines if tag == "pre" else _escaped
    inside = "".join(part if isinstance(part, Html) else escaped(part) for part in content if part is not None)
    return Html(f"<{tag}{given}>{inside}</{tag}>")


def _escaped(text: str) -> str:
    return html.escape(printable(text))


def _escaped_lines(text: str) -> str:
    return "\n".join(map(_escaped, text.split("\n")))


def entry(label: str, content: str) -> Html:
    return element("div", element("dt", label), element("dd", content))


def message(text: str) -> Html:
    """A text of several lines, such as an error's."""
    shown = text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}… ({len(text):,} characters)"
    return element("p", Html("\n".join(map(_escaped, shown.strip().splitlines()))), class_="message")


def table(heads: Iterable[str], rows: Iterable[Html], *, label: str, class_: str) -> Html:
    """In a box of its own that scrolls sideways, also by keyboard."""
    head = element("tr", *(element("th", head, scope="col") for head in heads))
    table = element("table", element("thead", head), element("tbody", *rows), class_=class_)
    return element("div", table, class_="scroll", role="region", aria_label=label, tabindex="0")
