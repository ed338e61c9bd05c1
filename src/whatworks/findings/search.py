"""The search of the front page: a list that anyone can read, and a field that shortens it where scripts may run."""

from collections.abc import Callable, Sequence
from typing import Any

from whatworks.core.alphabet import sort_key
from whatworks.findings.finding import Finding
from whatworks.findings.labels import group_name, method_name
from whatworks.findings.language import translator
from whatworks.findings.reviews import published_methods

# Shows the field, which is hidden where nothing can run, and hides the lines that do not hold every word typed.
SCRIPT = """(() => {
const box = document.getElementById('search'), field = document.getElementById('search-words');
const said = document.getElementById('search-found'), lines = [...document.querySelectorAll('#find li')];
const look = () => {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let found = 0;
  for (const line of lines) {
    const text = line.textContent.toLowerCase();
    line.hidden = !words.every(word => text.includes(word));
    if (!line.hidden) found += 1;
  }
  said.textContent = words.length ? said.dataset.said.replace('{n}', found).replace('{total}', lines.length) : '';
};
box.hidden = false;
field.addEventListener('input', look);
look();
})();"""


def searchable(
    findings: Sequence[Finding], language: str, *, address: Callable[[Finding, str, str], str]
) -> list[dict[str, Any]]:
    """One line for every target group, with the methods that there is a page about; in the language's alphabet.

    Parameters
    ----------
    findings : the findings to find, simulated ones left out
    language : ``"da"`` or ``"en"``
    address : where a file of a finding stands, seen from the page

    Examples
    --------
    >>> searchable([], "da", address=lambda finding, file, language: file)
    []
    """
    by_group: dict[str, list[Finding]] = {}
    for finding in findings:
        by_group.setdefault(finding.target_group, []).append(finding)
    lines = []
    for own in by_group.values():
        pages = [
            {
                "name": _page_name(finding, language),
                "address": address(finding, f"finding.{language}.html", language),
            }
            for finding in own
        ]
        ordered = sorted(pages, key=lambda page: sort_key(page["name"], language))
        lines.append({"group": group_name(own[0], language), "pages": ordered})
    return sorted(lines, key=lambda line: sort_key(line["group"], language))


def _page_name(finding: Finding, language: str) -> str:
    """What a page is about; a page of published results by the methods in them, and one without any by its answer."""
    if finding.design != "reviews":
        return method_name(finding, language)
    reviews = finding.tables.get("reviews")
    if reviews is None or reviews.empty:
        return translator(language)("We do not know")
    return ", ".join(published_methods(reviews, language))
