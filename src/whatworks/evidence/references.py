"""Citations to take along: the reviews shown, and a result with its method's papers, as BibTeX, CSL-JSON or text."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidOption
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.evidence.comparison import citation
from whatworks.evidence.method_papers import METHODS, PAPERS, Paper

FORMATS = ("text", "bibtex", "csl")
_NEEDED = ("review_id", "authors", "year", "source", "doi")
_TITLE = "whatworks: a research and evidence-synthesis workbench for specialised social services"
# Characters with a meaning of their own in LaTeX.
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_ET_AL = re.compile(r",?\s*et al\.?$")


def bibtex(rows: pd.DataFrame) -> str:
    """The reviews behind published effects as BibTeX, one entry for each publication.

    Parameters
    ----------
    rows : rows of ``Registry.reviews`` or of ``ww.findings.published``: review_id, authors, year, source, doi

    Returns
    -------
    Text of a ``.bib`` file in UTF-8. Effects of one publication share an entry. Titles are not recorded in the evidence base, so
    an entry carries the journal as printed and the DOI, from which a reference manager fetches the rest.

    Raises
    ------
    MissingColumn, InvalidColumn, EmptyData

    Examples
    --------
    >>> rows = pd.DataFrame({"review_id": ["laws_2018_quality"], "authors": ["Laws et al."], "year": [2018],
    ...                      "source": ["BMC Psychology 6:32"], "doi": ["10.1186/s40359-018-0243-2"]})
    >>> print(bibtex(rows))
    @misc{laws2018,
      author = {{Laws} and others},
      year = {2018},
      howpublished = {BMC Psychology 6:32},
      doi = {10.1186/s40359-018-0243-2},
    }
    """
    return "\n\n".join(_bibtex(key, "misc", _review_fields(row)) for key, row in _publications(rows))


def csl_json(rows: pd.DataFrame) -> str:
    """The reviews behind published effects as CSL-JSON, which Zotero, Mendeley and pandoc read.

    Parameters
    ----------
    rows : as in :func:`bibtex`

    Returns
    -------
    JSON text: a list with one item for each publication.

    Raises
    ------
    MissingColumn, InvalidColumn, EmptyData

    References
    ----------
    Citation Style Language 1.0.2, CSL-JSON.

    Examples
    --------
    >>> rows = ww.evidence.load().select(target_group="homelessness")
    >>> json.loads(csl_json(rows))[0]["type"]
    'article'
    """
    items = []
    for key, row in _publications(rows):
        families, others = _families(str(row["authors"]))
        item: dict[str, Any] = {"id": key, "type": "article"}
        if families:
            item["author"] = [{"family": name} for name in families] + ([{"literal": "et al."}] if others else [])
        if _year(row):
            item["issued"] = {"date-parts": [[int(_year(row))]]}
        item["container-title"] = str(row["source"])
        if row["doi"]:
            item["DOI"] = str(row["doi"])
        items.append(item)
    return json.dumps(items, ensure_ascii=False, indent=1)


def cite(result: EffectResult, *, format: str = "text") -> str:
    """How to cite a result: the program with its version and the data's fingerprint, and the papers its method is from.

    Parameters
    ----------
    result : any result
    format : ``"text"``, ``"bibtex"`` or ``"csl"`` (CSL-JSON)

    Returns
    -------
    Text. A method without a paper of its own is cited by the program alone; its docstring has the references.

    Raises
    ------
    InvalidOption
        If it is no result, or the format is not known.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 2), "year": [2020, 2021] * 6,
    ...                       "treated": np.repeat([1, 1, 1, 0, 0, 0], 2),
    ...                       "days": [10.0, 6, 12, 7, 11, 8, 10, 9, 13, 12, 12, 12]})
    >>> result = ww.did.two_by_two(panel, outcome="days", unit="unit", time="year", treated="treated")
    >>> cite(result).splitlines()[1][:84]
    "Sant'Anna & Zhao (2020). Doubly robust difference-in-differences estimators. Journal"
    """
    one_of(format, FORMATS, name="format")
    if not isinstance(result, EffectResult):
        raise InvalidOption(f"cite takes a result of an estimator; this is a {type(result).__name__}. Call an estimator first.")
    papers = {key: PAPERS[key] for key in METHODS.get(result.method, ())}
    version, data = result.provenance.version, result.provenance.data_fingerprint
    made = f"Result of {result.method}, data fingerprint {data}"
    if format == "text":
        own = f"The whatworks authors. {_TITLE}, version {version}. {made}."
        return "\n".join([own, *map(_paper_text, papers.values())])
    if format == "bibtex":
        software = {"author": "{The whatworks authors}", "title": _escaped(_TITLE), "version": version, "note": _escaped(made)}
        entries = [_bibtex("whatworks", "software", software)]
        return "\n\n".join([*entries, *(_bibtex(key, _kind(paper)[0], _paper_fields(paper)) for key, paper in papers.items())])
    own_item = {
        "id": "whatworks", "type": "software", "title": _TITLE, "version": version, "note": made,
        "author": [{"literal": "The whatworks authors"}],
    }  # fmt: skip
    return json.dumps([own_item, *(_paper_item(key, paper) for key, paper in papers.items())], ensure_ascii=False, indent=1)


def _publications(rows: pd.DataFrame) -> list[tuple[str, Mapping[str, Any]]]:
    """One row for each publication, with a key that is its own."""
    require_columns(rows, _NEEDED, what="reviews")
    found: dict[str, Mapping[str, Any]] = {}
    for values in rows[list(_NEEDED)].itertuples(index=False, name=None):
        row = {name: "" if pd.isna(value) else value for name, value in zip(_NEEDED, values, strict=True)}
        found.setdefault(str(row["doi"]).casefold() or citation(row), row)
    keyed: dict[str, Mapping[str, Any]] = {}
    for each in found.values():
        families, _others = _families(str(each["authors"]))
        stem = _plain(families[0] if families else str(each["source"]).split(" ")[0]) + _year(each)
        names = [stem, *(stem + letter for letter in "bcdefghijklmnopqrstuvwxyz"), str(each["review_id"])]
        keyed[next(name for name in names if name not in keyed)] = each
    return list(keyed.items())


def _families(authors: str) -> tuple[list[str], bool]:
    """Family names as written, and whether there are more."""
    shortened = _ET_AL.sub("", authors.strip())
    names = [name.strip() for name in re.split(r"\s*(?:,|&|;|\band\b)\s*", shortened)]
    return [name for name in names if name], shortened != authors.strip()


def _year(row: Mapping[str, Any]) -> str:
    return "" if row["year"] == "" else str(int(row["year"]))


def _review_fields(row: Mapping[str, Any]) -> dict[str, str]:
    families, others = _families(str(row["authors"]))
    names = [f"{{{_escaped(name)}}}" for name in families] + (["others"] if others else [])
    return {
        "author": " and ".join(names),
        "year": _year(row),
        "howpublished": _escaped(str(row["source"])),
        "doi": str(row["doi"]),
    }


def _bibtex(key: str, kind: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _paper_fields(paper: Paper) -> dict[str, str]:
    return {
        "author": " and ".join(map(_escaped, paper.authors)),
        "year": str(paper.year),
        # Braces keep the capitals of names.
        "title": f"{{{_escaped(paper.title)}}}",
        _kind(paper)[1]: _escaped(paper.journal),
        "volume": paper.volume,
        "pages": paper.pages.replace("-", "--"),
        "doi": paper.doi,
    }


def _paper_item(key: str, paper: Paper) -> dict[str, Any]:
    names = [name.partition(", ") for name in paper.authors]
    item = {
        "id": key,
        "type": _kind(paper)[2],
        "title": paper.title,
        "author": [{"family": family, "given": given} for family, _comma, given in names],
        "issued": {"date-parts": [[paper.year]]},
        "container-title" if paper.volume else "publisher": paper.journal,
        "volume": paper.volume,
        "page": paper.pages,
        "DOI": paper.doi,
    }
    return {name: value for name, value in item.items() if value}


def _paper_text(paper: Paper) -> str:
    families = [name.partition(",")[0] for name in paper.authors]
    said = families[0] if len(families) == 1 else f"{', '.join(families[:-1])} & {families[-1]}"
    place = f"{paper.journal} {paper.volume}:{paper.pages}" if paper.pages else f"{paper.journal} {paper.volume}".strip()
    return f"{said} ({paper.year}). {paper.title}. {place}. doi:{paper.doi}"


def _kind(paper: Paper) -> tuple[str, str, str]:
    """BibTeX's kind, its field for where it appeared, and CSL's kind."""
    if not paper.volume:
        return "book", "publisher", "book"
    return ("article", "journal", "article-journal") if paper.pages else ("techreport", "institution", "report")


def _escaped(text: str) -> str:
    return "".join(_LATEX.get(char, char) for char in text)


def _plain(text: str) -> str:
    """Lower-case letters of a name without accents, as keys have them."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae"))
    return "".join(char for char in folded if char.isascii() and char.isalnum()) or "review"
