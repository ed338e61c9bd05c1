"""``delivery.yml``: what a delivery says about itself, and the README that says it to a person."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from whatworks.core.errors import InvalidParameters
from whatworks.core.located_yaml import read_located
from whatworks.documentation.faults import N_, Fault, InvalidDelivery

MANIFEST = "delivery.yml"
READ_ME = "README.md"
# Three short lines; what is longer was not written for us.
_LONGEST = 100_000

_LABEL_DA = "EKSEMPEL MED SIMULEREDE DATA - må ikke bruges til beslutninger"
_LABEL_EN = "EXAMPLE WITH SIMULATED DATA - not to be used for decisions"

_SYNTHETIC_READ_ME = """\
# {label_da}

Alle borgere, forløb og målinger i denne mappe er simulerede. Kommunernes navne er rigtige, men tallene siger intet om dem.
Metodens navn er opfundet. Frø (seed): {seed}. Scenariet og den sande effekt står ikke her, så den, der prøver en metode af,
ikke kender svaret på forhånd.

# {label_en}

Every citizen, episode and measurement in this folder is simulated. The municipalities' names are real, but the numbers say
nothing about them. The method's name is invented. Seed: {seed}. The scenario and the true effect are not given here, so that
whoever tries out a method does not know the answer beforehand.

| fil / file | rækker / rows |
| --- | ---: |
{rows}

Læs den med / read it with `ww.documentation.read_delivery(folder)`.
"""

_PLAIN_READ_ME = """\
# Leverance / delivery

Personoplysninger: må kun behandles efter aftalen, de er leveret under.
Personal data: to be handled only under the agreement they were delivered by.

| fil / file | rækker / rows |
| --- | ---: |
{rows}

Læs den med / read it with `ww.documentation.read_delivery(folder)`.
"""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a delivery says about itself.

    Attributes
    ----------
    synthetic : are the people in it simulated?
    seed : the seed they were drawn with; None for people who exist
    """

    synthetic: bool
    seed: int | None = None


def read_manifest(folder: Path) -> Manifest:
    """Read ``delivery.yml``; a delivery that does not say whether it is simulated is refused."""
    place = folder / MANIFEST
    if place.is_symlink() or not place.is_file():
        message = N_("The file is missing.")
        raise InvalidDelivery(
            [_fault(message, N_("Write `synthetic: false` in it, or `synthetic: true` when the people are simulated."))]
        )
    manifest, faults = parse_manifest(place.read_bytes())
    if manifest is None:
        raise InvalidDelivery(faults)
    return manifest


def parse_manifest(content: bytes) -> tuple[Manifest | None, list[Fault]]:
    """What a manifest says, or what is wrong with it."""
    if len(content) > _LONGEST:
        return None, [_fault(N_("The file is far too long."), N_("It may hold synthetic, seed and label."))]
    try:
        # The reader of located YAML reads files; a manifest may have come in an archive.
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / MANIFEST
            place.write_bytes(content)
            said = read_located(place).value
    except (InvalidParameters, yaml.YAMLError, ValueError, RecursionError, OSError):
        message = N_("Not valid YAML, or a key stands twice.")
        return None, [_fault(message, N_("It needs one line: `synthetic: true` or `synthetic: false`."))]
    if not isinstance(said, dict) or not isinstance(said.get("synthetic"), bool):
        return None, [_fault(N_("The key `synthetic` is missing or is not true or false."), N_("Write which it is."))]
    unknown = set(said) - {"synthetic", "seed", "label"}
    if unknown:
        return None, [
            _fault(N_("{n} keys are not known."), N_("It may hold synthetic, seed and label."), n=len(unknown)),
        ]
    seed = said.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        return None, [_fault(N_("The key `seed` is not a whole number."), N_("Correct it, or leave it out."))]
    return Manifest(synthetic=said["synthetic"], seed=seed), []


def write_manifest(folder: Path, manifest: Manifest, *, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write ``delivery.yml`` and ``README.md`` beside the tables."""
    content: dict[str, object] = {"synthetic": manifest.synthetic}
    if manifest.seed is not None:
        content["seed"] = int(manifest.seed)
    if manifest.synthetic:
        content["label"] = {"da": _LABEL_DA, "en": _LABEL_EN}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    files = {place.name.split(".")[0]: place.name for place in folder.iterdir()}
    rows = "\n".join(f"| {files[name]} | {len(frame)} |" for name, frame in tables.items())
    template = _SYNTHETIC_READ_ME if manifest.synthetic else _PLAIN_READ_ME
    seed = "-" if manifest.seed is None else str(manifest.seed)
    read_me = template.format(label_da=_LABEL_DA, label_en=_LABEL_EN, seed=seed, rows=rows)
    (folder / READ_ME).write_text(read_me, encoding="utf-8", newline="\n")


def _fault(message: str, remedy: str, **places: object) -> Fault:
    return Fault(rule="file", file=MANIFEST, column=None, message=message, remedy=remedy, places=places)
