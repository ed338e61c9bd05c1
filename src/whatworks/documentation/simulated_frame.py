"""The simulated region's municipalities, organisations and services: who runs what, where, with how many places."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.documentation.municipality_names import SIMULATED_REGIONS, municipalities
from whatworks.documentation.simulated_names import organisation_names, service_names
from whatworks.documentation.simulated_pairs import PAIRS, Pair

# Inhabitants in thousands about 2020, from general knowledge and rounded: they only say how many citizens are simulated.
_INHABITANTS = {
    "410": 39, "420": 41, "430": 52, "440": 24, "450": 32, "461": 205, "479": 59, "480": 30, "482": 12, "492": 6, "510": 56,
    "530": 27, "540": 74, "550": 37, "561": 115, "563": 3, "573": 50, "575": 43, "580": 59, "607": 51, "615": 91, "621": 93,
    "630": 116, "657": 89, "661": 58, "665": 20, "671": 21, "706": 43, "707": 37, "710": 49, "727": 23, "730": 98, "740": 95,
    "741": 4, "746": 63, "751": 350, "756": 41, "760": 57, "766": 47, "779": 46, "791": 97,
}  # fmt: skip
_OWNERSHIP, _OWNERSHIP_SHARES = ("regional", "municipal", "private"), (0.2, 0.6, 0.2)
_FOUNDATIONS = 8
_KINDS = {"101": "Rådgivningen", "107": "Botilbuddet", "108": "Bostedet", "110": "Herberget"}
_TYPES = {"101": "Mobilt tilbud", "107": "Midlertidigt botilbud", "108": "Længerevarende botilbud", "110": "Socialt akuttilbud"}
_MEDIAN_PLACES, _SPREAD, _FEWEST, _MOST = 14, 0.5, 4, 60
_OPENED = np.datetime64("2005-01-01", "s")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where the simulated citizens can be.

    Attributes
    ----------
    municipality : table, with ``share`` of the region's inhabitants beside it
    share : (41,)
    service : the table's columns, and pair, paragraph, places, location (number of the municipality), ownership, region
    """

    municipality: pd.DataFrame
    share: np.ndarray
    service: pd.DataFrame


def draw_frame(rng: np.random.Generator) -> Frame:
    """120 services of invented names in 41 municipalities: a fifth regional, three fifths municipal, a fifth private."""
    frame = municipalities()
    frame = frame[frame["region_code"].isin(SIMULATED_REGIONS)].reset_index(drop=True)
    inhabitants = frame["municipality_code"].map(_INHABITANTS).to_numpy(dtype=float)
    share = inhabitants / inhabitants.sum()
    pairs = [pair for pair in PAIRS for _ in range(pair.services + pair.shelters)]
    n = len(pairs)
    turn = [number for pair in PAIRS for number in range(pair.services + pair.shelters)]
    paragraph = [pair.paragraphs[number % len(pair.paragraphs)] for pair, number in zip(pairs, turn, strict=True)]
    # More services where more people live, but not so that one town has them all.
    location = _by_share(rng, np.sqrt(share) / np.sqrt(share).sum(), n)
    ownership = np.array(_OWNERSHIP, dtype=object)[_by_share(rng, np.array(_OWNERSHIP_SHARES), n)]
    size = np.round(np.exp(_SPREAD * rng.standard_normal(n)), 9)
    # As many places in all from one draw to the next.
    places = np.clip(np.round(_MEDIAN_PLACES * np.exp(_SPREAD**2 / 2) * size / size.mean()), _FEWEST, _MOST)
    service = pd.DataFrame(
        {
            "service_id": pd.Series([f"t_{number:03d}" for number in range(1, n + 1)], dtype="str"),
            "service_name": _names(paragraph),
            "pair": [pair.code for pair in pairs],
            "paragraph": paragraph,
            "places": places.astype("int64"),
            "location": location,
            "ownership": ownership,
            "region": frame["region_code"].to_numpy()[location],
            "foundation": rng.integers(1, _FOUNDATIONS + 1, n),
        }
    )
    return Frame(municipality=frame, share=share, service=service)


def _by_share(rng: np.random.Generator, share: np.ndarray, n: int) -> np.ndarray:
    """n numbers drawn with given shares."""
    drawn: np.ndarray = np.searchsorted(np.round(np.cumsum(share), 12)[:-1], rng.random(n), side="right")
    return drawn


def _names(paragraph: list[str]) -> pd.Series:
    invented = service_names("", len(paragraph))
    return pd.Series([f"{_KINDS[each]}{name}" for each, name in zip(paragraph, invented, strict=True)], dtype="str")


def home_of(rng: np.random.Generator, frame: Frame, service: np.ndarray) -> np.ndarray:
    """(n,) municipality of citizens in given services: mostly the service's own where a municipality runs it."""
    own = frame.service["location"].to_numpy()[service]
    elsewhere = _by_share(rng, frame.share, len(service))
    local = (frame.service["ownership"].to_numpy()[service] == "municipal") & (rng.random(len(service)) < 0.7)
    return np.where(local, own, elsewhere)


def places_of(pair: Pair, frame: Frame) -> np.ndarray:
    """(units,) places for a pair's citizens, by service or by municipality in proportion to its inhabitants."""
    if pair.services:
        chosen: np.ndarray = frame.service.loc[frame.service["pair"] == pair.code, "places"].to_numpy()
        return chosen
    return np.maximum(2, np.round(260 * frame.share)).astype("int64")


def organisation_table(frame: Frame) -> pd.DataFrame:
    """Municipalities, regions and foundations. The CVR numbers are no companies': theirs begin at 10000000."""
    names = [*organisation_names(frame.municipality["municipality_name"]), "Region Midtjylland", "Region Syddanmark"]
    names += [f"Fonden nr. {number} (opdigtet)" for number in range(1, _FOUNDATIONS + 1)]
    codes = [f"o_{code}" for code in frame.municipality["municipality_code"]]
    codes += [*(f"o_{code}" for code in SIMULATED_REGIONS), *(f"o_f{number}" for number in range(1, _FOUNDATIONS + 1))]
    ownership = ["municipal"] * len(frame.municipality) + ["regional"] * len(SIMULATED_REGIONS) + ["private"] * _FOUNDATIONS
    regions = [*frame.municipality["region_code"], *SIMULATED_REGIONS, *[None] * _FOUNDATIONS]
    return pd.DataFrame(
        {
            "organisation_id": codes,
            "organisation_name": names,
            "cvr": [f"{number:08d}" for number in range(1, len(names) + 1)],
            "ownership": ownership,
            "region_code": pd.Series(regions, dtype="str"),
        }
    ).astype("str")


def service_table(frame: Frame, closed: dict[int, tuple[pd.Timestamp, int]]) -> pd.DataFrame:
    """Services; ``closed`` gives the last day and the successor of those that were merged, by number."""
    service, n = frame.service, len(frame.service)
    code = frame.municipality["municipality_code"].to_numpy()[service["location"]]
    provider = np.select(
        [service["ownership"] == "municipal", service["ownership"] == "regional"],
        ["o_" + code, "o_" + service["region"].to_numpy(dtype=object)],
        "o_f" + service["foundation"].astype("str").to_numpy(dtype=object),
    )
    ids = service["service_id"].tolist()
    return pd.DataFrame(
        {
            "service_id": service["service_id"],
            "service_name": service["service_name"],
            "provider_id": pd.Series(provider, dtype="str"),
            "location_municipality": pd.Series(code, dtype="str"),
            "service_type": service["paragraph"].map(_TYPES).astype("str"),
            # P-numbers have ten digits and may look like a date, as these do: the typed column must not be taken for people.
            "p_number": pd.Series(
                [f"10010100{number:02d}" if number < 100 else f"1001010{number}" for number in range(n)], dtype="str"
            ),
            "opened": np.full(n, _OPENED),
            "closed": pd.Series([closed[i][0] if i in closed else pd.NaT for i in range(n)]).astype("datetime64[s]"),
            "successor_id": pd.Series([ids[closed[i][1]] if i in closed else None for i in range(n)], dtype="str"),
            "fictitious": pd.array([True] * n, dtype="boolean"),
        }
    )


def approval_table(frame: Frame) -> pd.DataFrame:
    """One approval for each service."""
    pair = {each.code: each for each in PAIRS}
    of = frame.service["pair"].map(pair.get)
    n = len(frame.service)
    return pd.DataFrame(
        {
            "service_id": frame.service["service_id"],
            "law": pd.Series(["SEL"] * n, dtype="str"),
            "paragraph": frame.service["paragraph"].astype("str"),
            "valid_from": np.full(n, _OPENED),
            "valid_to": np.full(n, np.datetime64("NaT", "s")),
            "places": frame.service["places"].astype("Int64"),
            "age_min": pd.array([each.youngest for each in of], dtype="Int64"),
            "age_max": pd.array([each.oldest + 30 for each in of], dtype="Int64"),
            "target_group_codes": pd.Series([each.target_group for each in of], dtype="str"),
        }
    )
