"""How strong something unmeasured would have to be, in a table."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.core.result import EffectResult
from whatworks.findings.figures import table_html
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_

_HIDDEN: Mapping[str, tuple[str, str]] = {
    "gamma_tolerated": (
        N_("Times likelier to take part (Rosenbaum's gamma)"),
        N_("So much likelier could one in a pair have been to take part than the other, before the interval reaches zero."),
    ),
    "e_value": (
        N_("Strength needed with both (E-value)"),
        N_(
            "A hidden factor must multiply the chance of taking part and the chance of a good outcome by this "
            "to explain the effect."
        ),
    ),
    "e_value_low": (
        N_("The same for the end of the interval nearest zero"),
        N_("A hidden factor this strong is enough for the interval to reach zero."),
    ),
    "robustness_value": (
        N_("Share of what is left to explain (robustness value)"),
        N_("A hidden factor must explain this share of what is left in both taking part and the outcome to remove the effect."),
    ),
    "robustness_value_interval": (
        N_("The same for the interval to reach zero"),
        N_("A hidden factor that explains this share of both makes the interval reach zero."),
    ),
}


def hidden_factor_table(results: Mapping[str, EffectResult], language: str = "da") -> str:
    """How strong something nobody measured would have to be, by three measures.

    Parameters
    ----------
    results : any of "rosenbaum", "e_value" and "omitted_variable", from the functions of these names in ``ww.matching``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["RR"], "kind": ["headline"], "estimate": [3.9], "std_error": [np.nan],
    ...                         "conf_low": [1.8], "conf_high": [8.7], "p_value": [np.nan]})
    >>> study = ww.EffectResult(method="published", estimand="RR", measure="RR", unit="risk ratio", effects=effects,
    ...                         provenance=ww.Provenance(data_fingerprint="0"))
    >>> "7.26" in hidden_factor_table({"e_value": ww.matching.e_value(study)}, "en")
    True
    """
    _ = translator(language)
    found: dict[str, float] = {}
    if "rosenbaum" in results:
        found["gamma_tolerated"] = results["rosenbaum"].statistics["gamma_tolerated"]
    if "e_value" in results:
        head = results["e_value"].headline
        found |= {"e_value": float(head.estimate), "e_value_low": float(head.conf_low)}
    if "omitted_variable" in results:
        statistics = results["omitted_variable"].statistics
        found |= {name: statistics[name] for name in ("robustness_value", "robustness_value_interval")}
    rows = [(_(_HIDDEN[name][0]), _strength(name, value, language), _(_HIDDEN[name][1])) for name, value in found.items()]
    table = pd.DataFrame(rows, columns=[_("Measure"), _("Size"), _("What it means")])
    return table_html(table, caption=_("How strong a hidden factor would have to be"), language=language)


def _strength(name: str, value: float, language: str) -> str:
    if not np.isfinite(value):
        return "–"
    return percent(value, language) if name.startswith("robustness") else number(value, language, decimals=2)
