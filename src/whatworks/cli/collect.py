"""``whatworks collect``: one answer from the packages of many municipalities."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from whatworks.cli.app import app, say

_EXAMPLES = """
Examples:

  whatworks collect packages/ --output pooled.json

  whatworks collect 751.json 730.json 657.json --model common --language en

  whatworks collect packages/ --expect 751=3f0c... --expect 730=9ab2...
"""


class Model(StrEnum):
    """How municipalities may differ."""

    RANDOM = "random"
    COMMON = "common"


class Spoken(StrEnum):
    """Languages that the answer is said in."""

    DA = "da"
    EN = "en"


@app.command(epilog=_EXAMPLES)
def collect(
    packages: Annotated[list[Path], typer.Argument(metavar="PACKAGE...", help="Packages, or folders of them.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the pooled result as JSON here.", show_default=False)
    ] = None,
    model: Annotated[
        Model, typer.Option(help="random: municipalities differ; common: they differ by chance alone.")
    ] = Model.RANDOM,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=FINGERPRINT", help="Fingerprint that a sender told by another road.", show_default=False),
    ] = None,
    language: Annotated[Spoken, typer.Option(help="Language of the sentence.")] = Spoken.DA,
) -> None:
    """Hold packages against their fingerprints, refuse those that do not fit together, and pool the rest in two stages."""
    from whatworks.core.errors import InvalidOption, MissingData
    from whatworks.findings import check_sentence, sentence
    from whatworks.findings.language import translator
    from whatworks.workflow.collecting import collect as pooled_from

    pairs = [text.partition("=") for text in expect or ()]
    if any(not sender or not named for sender, _sign, named in pairs):
        raise InvalidOption("--expect is written CODE=FINGERPRINT, for instance 751=3f0c...")
    told = {sender: named for sender, _sign, named in pairs}
    pooled = pooled_from(packages, expected=told, model=model.value)
    absent = sorted(set(told) - set(pooled.provenance.arguments["packages"]))
    if absent:
        raise MissingData(f"No package came from {', '.join(absent)}, whose fingerprint was told. Ask for it, or leave it out.")
    if pooled.provenance.arguments["synthetic"]:
        from whatworks.findings.page_frame import simulated_banner

        say(simulated_banner(language.value))
    said = translator(language.value)("Average over {count} municipalities. Target group, method and outcome: {question}.")
    asked = pooled.provenance.arguments["question"]
    say(said.format(count=len(pooled.parts), question=", ".join(asked.values())))
    say(sentence(pooled, language.value))
    for check in pooled.checks:
        say(f"  {check_sentence(check, language.value).striptags()}")
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(pooled.to_json() + "\n", encoding="utf-8")
        say(f"Wrote {output}.")
