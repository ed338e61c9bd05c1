"""Asking Statistics Denmark politely: one question at a time, answers kept on disk, patience when the service is busy."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from whatworks.core.errors import WhatworksError
from whatworks.core.version import __version__

BASE = "https://api.statbank.dk/v1"
_BUSY = (429, 500, 502, 503, 504)
_LONGEST_WAIT = 60.0
_LARGEST_ANSWER = 2**30
_CHUNK = 2**20


class StatBankOffline(WhatworksError):
    """The answer is not kept here, and Statistics Denmark may not or cannot be asked."""


class StatBankRefused(WhatworksError):
    """Statistics Denmark refused the question, or answered something that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: its content as it was read, the day it was fetched, its sha256, and whether it was kept from before."""

    content: Any
    fetched: date
    digest: str
    kept: bool


@dataclass(kw_only=True)
class Transport:
    """The way to the service and back, by way of a folder of answers.

    Attributes
    ----------
    cache : folder where answers are kept, each with its question and fingerprint
    online : may the service be asked?
    base : its address
    retries : further tries when it is busy or cannot be reached
    timeout : seconds to wait for an answer
    sleep : how to wait between tries
    """

    cache: Path
    online: bool
    base: str = BASE
    retries: int = 4
    timeout: float = 60.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def ask(
        self,
        function: str,
        question: Mapping[str, Any],
        *,
        read: Callable[[str], Any],
        version: str = "",
        fresh: bool = False,
    ) -> Answer:
        """The answer to a question: from the folder when it is there, else from the service.

        Parameters
        ----------
        function : subjects, tables, tableinfo or data
        question : the body of the request
        read : makes the content of the text, or refuses it. What cannot be read is not kept, so that a page of somebody
            else's on the way never takes the place of an answer
        version : when the table was updated, so that an update is a new question
        fresh : ask the service even when an answer is kept; the kept one is used when the service cannot be reached

        Raises
        ------
        StatBankOffline, StatBankRefused
        """
        place = self._place(function, question, version)
        kept = _kept(place)
        if kept is not None and not (fresh and self.online):
            return replace(kept, content=read(kept.content))
        if not self.online:
            raise StatBankOffline(
                f"The answer to {function} {question.get('table', '')} is not kept in {self.cache.name}, and the client is "
                "offline. Ask once with online=True; after that it is read from the folder."
            )
        try:
            body = self._fetched(function, question)
        except StatBankOffline:
            if kept is None:
                raise
            return replace(kept, content=read(kept.content))
        content = read(body)
        return replace(_keep(place, body, question), content=content)

    def _place(self, function: str, question: Mapping[str, Any], version: str) -> Path:
        text = json.dumps([function, question, version], ensure_ascii=False, sort_keys=True)
        table = "".join(letter for letter in str(question.get("table", "")).lower() if letter.isalnum())
        return self.cache / f"{function}-{table or 'all'}-{sha256(text.encode()).hexdigest()[:16]}"

    def _fetched(self, function: str, question: Mapping[str, Any]) -> str:
        import requests

        said = "no answer"
        for attempt in range(self.retries + 1):
            try:
                with requests.post(
                    f"{self.base}/{function}",
                    json=dict(question),
                    headers={"User-Agent": f"whatworks/{__version__}"},
                    timeout=self.timeout,
                    stream=True,
                ) as response:
                    if response.status_code not in _BUSY:
                        return _text(response, function)
                    said, asked = f"status {response.status_code}", response.headers.get("Retry-After", "")
            except requests.RequestException as error:
                said, asked = type(error).__name__, ""
            if attempt < self.retries:
                self.sleep(_wait(attempt, asked))
        raise StatBankOffline(
            f"Statistics Denmark could not be reached after {self.retries + 1} tries ({said}), and no answer is kept. Try later."
        )


def _wait(attempt: int, asked: str) -> float:
    """Seconds to wait: what the service asks for, else twice as long each time."""
    seconds = float(asked) if asked.isdecimal() else float(2**attempt)
    return min(seconds, _LONGEST_WAIT)


def _text(response: Any, function: str) -> str:
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > _LARGEST_ANSWER:
            raise StatBankRefused(f"The answer to {function} is larger than 1 GiB. Ask for fewer values or periods.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StatBankRefused(f"The answer to {function} is not UTF-8 text. Try later.") from None
    if response.status_code != 200:
        raise StatBankRefused(f"Statistics Denmark refused {function} (status {response.status_code}): {_said(text)}")
    return text


def _said(text: str) -> str:
    """The message in an error answer, at most a line of it."""
    try:
        message = json.loads(text).get("message", "")
    except (ValueError, AttributeError):
        message = ""
    return str(message or "no reason given").replace("\n", " ")[:300]


def _kept(place: Path) -> Answer | None:
    """A kept answer; None when there is none, or it is not what was kept."""
    try:
        about = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
        body = place.with_suffix(".txt").read_bytes()
        if sha256(body).hexdigest() != about["sha256"]:
            return None
        fetched = date.fromisoformat(about["fetched"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Answer(content=body.decode("utf-8"), fetched=fetched, digest=about["sha256"], kept=True)


def _keep(place: Path, body: str, question: Mapping[str, Any]) -> Answer:
    place.parent.mkdir(parents=True, exist_ok=True)
    digest, today = sha256(body.encode("utf-8")).hexdigest(), date.today()
    about = {"question": dict(question), "fetched": today.isoformat(), "sha256": digest}
    # The description comes last: a killed write leaves an answer without one, which is asked for again.
    _write(place.with_suffix(".txt"), body)
    _write(place.with_suffix(".json"), json.dumps(about, ensure_ascii=False, indent=1))
    return Answer(content=body, fetched=today, digest=digest, kept=False)


def _write(path: Path, text: str) -> None:
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    Path(beside).replace(path)
