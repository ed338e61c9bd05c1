"""The file that carries a municipality's estimates: written, read, and held against its fingerprint.

The fingerprint is a sum over the content. It shows that nobody touched the file, by accident or by hand, without counting the
sum again; it does not prove who sent it. Whoever must be sure compares it with the sender by another road (``expected`` in
:func:`read_package`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core import EffectResult
from whatworks.core.disclosure import K_FLOOR
from whatworks.core.encoding import decode_frame, encode_frame
from whatworks.core.errors import DisclosureRisk, MissingData, WhatworksError
from whatworks.documentation.municipality_names import municipalities
from whatworks.documentation.privacy import any_cpr

KIND, FORMAT = "whatworks estimates", 1
QUESTION = ("target_group", "method", "outcome")
# Estimates of one question are a few kilobytes; what is larger is not a package.
_LARGEST_FILE = 20 * 2**20


class TamperedPackage(WhatworksError):
    """A package whose content is not what its fingerprint says, or that is not a package."""


class IncompatiblePackage(WhatworksError):
    """Packages that do not answer the same question in the same way."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """What a municipality shares: results and counts of groups, never a row.

    Attributes
    ----------
    sender : code of the municipality
    question : target_group, method and outcome, as codes
    results : results by name, after disclosure control
    groups : counts by group: group, n_treated, n_comparison, suppressed; None where none are shared
    synthetic : were the people simulated?
    k : the smallest count in it
    version : of whatworks that wrote it
    fingerprint : of its content

    Examples
    --------
    >>> people = {"n_treated": 40, "n_comparison": 60}
    >>> result = ww.example_effect(2.0, 0.5, measure="MD", unit="points", statistics=people)
    >>> about = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5"}
    >>> package = ww.documentation.share({"main": result}, sender="751", synthetic=True, question=about)
    >>> package.sender, package.k
    ('751', 5)
    """

    sender: str
    question: Mapping[str, str]
    results: Mapping[str, EffectResult]
    groups: pd.DataFrame | None = field(repr=False)
    synthetic: bool
    k: int
    version: str
    fingerprint: str


def write_package(package: Package, path: str | Path) -> Path:
    """Write a package as JSON; equal packages give equal bytes.

    Parameters
    ----------
    package : from :func:`share`
    path : the file to write

    Returns
    -------
    The file.

    Examples
    --------
    >>> people = {"n_treated": 40, "n_comparison": 60}
    >>> result = ww.example_effect(2.0, 0.5, measure="MD", unit="points", statistics=people)
    >>> about = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5"}
    >>> package = ww.documentation.share({"main": result}, sender="751", synthetic=True, question=about)
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     read_package(write_package(package, Path(place) / "ours.json")).fingerprint == package.fingerprint
    True
    """
    path = Path(path)
    text = json.dumps({**_content(package), "fingerprint": package.fingerprint}, ensure_ascii=False, allow_nan=False, indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def read_package(path: str | Path, *, expected: str | None = None) -> Package:
    """Read a package and hold its content against its fingerprint.

    Parameters
    ----------
    path : the file
    expected : the fingerprint that the sender gave by another road

    Returns
    -------
    The package, as it was written.

    Raises
    ------
    MissingData
        If there is no such file.
    TamperedPackage
        If the content was changed, is not a package, or is not the one expected.
    IncompatiblePackage
        If a newer version wrote it.

    Examples
    --------
    >>> people = {"n_treated": 40, "n_comparison": 60}
    >>> result = ww.example_effect(2.0, 0.5, measure="MD", unit="points", statistics=people)
    >>> about = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5"}
    >>> package = ww.documentation.share({"main": result}, sender="751", synthetic=True, question=about)
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = write_package(package, Path(place) / "ours.json")
    ...     read_package(file, expected=package.fingerprint).question["outcome"]
    'who5'
    """
    path = Path(path)
    if not path.is_file():
        raise MissingData(f"There is no package {path.name!r}. Check the path.")
    content = _parsed(path)
    named = content.pop("fingerprint", None)
    if content.get("format", 0) > FORMAT:
        raise IncompatiblePackage(f"{path.name}: written by a newer version ({content.get('version')}). Install that one.")
    if named != _fingerprint(content) or (expected is not None and named != expected):
        raise TamperedPackage(
            f"{path.name}: the content is not what the fingerprint says. It was changed after it was shared. "
            "Ask the sender for the file again."
        )
    try:
        return packed(content)
    except (KeyError, TypeError, ValueError, AttributeError, WhatworksError):
        raise TamperedPackage(f"{path.name}: not a package of estimates. Ask the sender to run `whatworks share`.") from None


def packed(content: dict[str, Any]) -> Package:
    """The package with this content; a text that looks like a civil registration number is refused."""
    if content["kind"] != KIND or set(content["question"]) != set(QUESTION) or not _well_formed(content):
        raise ValueError
    if any_cpr(_texts(content)):
        raise DisclosureRisk("A text in the results looks like a civil registration number. Nothing is shared. Take it out.")
    return Package(
        sender=content["sender"],
        question=content["question"],
        results={name: EffectResult.from_json(json.dumps(result)) for name, result in content["results"].items()},
        groups=None if content["groups"] is None else decode_frame(content["groups"]),
        synthetic=content["synthetic"],
        k=content["k"],
        version=content["version"],
        fingerprint=_fingerprint(content),
    )


def _well_formed(content: Mapping[str, Any]) -> bool:
    """What is printed about a package is a code that it should be: whoever counts the fingerprint again can write anything."""
    codes = [content["sender"], *content["question"].values(), *content["results"]]
    return (
        content["sender"] in municipalities()["municipality_code"].tolist()
        and all(isinstance(code, str) and code.isprintable() for code in codes)
        and isinstance(content["synthetic"], bool)
        and isinstance(content["k"], int)
        and content["k"] >= K_FLOOR
        and str(content["version"]).isprintable()
    )


def _content(package: Package) -> dict[str, Any]:
    return {
        "kind": KIND,
        "format": FORMAT,
        "sender": package.sender,
        "question": dict(package.question),
        "synthetic": package.synthetic,
        "k": package.k,
        "version": package.version,
        "results": {name: json.loads(result.to_json()) for name, result in sorted(package.results.items())},
        "groups": None if package.groups is None else encode_frame(package.groups),
    }


def _fingerprint(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _parsed(path: Path) -> dict[str, Any]:
    refused = TamperedPackage(f"{path.name}: not a package of estimates. Ask the sender to run `whatworks share`.")
    if path.stat().st_size > _LARGEST_FILE:
        raise refused
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError):
        raise refused from None
    if not isinstance(content, dict) or content.get("kind") != KIND or not isinstance(content.get("format"), int):
        raise refused
    return content


def _texts(value: Any) -> list[str]:
    """Every text in a package; the fingerprints of data among them are hexadecimal digits that may look like anything."""
    if isinstance(value, Mapping):
        return [text for key, item in value.items() if key != "data_fingerprint" for text in (str(key), *_texts(item))]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
