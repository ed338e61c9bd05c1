"""A figure whose prices are invented says so itself."""

from html import unescape

from whatworks.core.result import EffectResult
from whatworks.findings.checks import check_sentence


def invented_prices_note(result: EffectResult, language: str) -> str:
    """The warning of the check ``synthetic_prices`` where it failed; empty where every price has a source.

    Examples
    --------
    >>> stays = pd.DataFrame({"paragraph": ["108"] * 2, "year": [2022, 2023], "days": [365, 365], "amount": [1e6, 2e6]})
    >>> growth = ww.economics.budget(stays.assign(synthetic=True), base=2022, year=2023, by="paragraph", price_level=2023)
    >>> invented_prices_note(growth, "en")
    'Some of the prices behind the answer are invented for the example. Do not use the amounts for decisions.'
    """
    failed = [check for check in result.failed_checks if check.name == "synthetic_prices"]
    # Plain text: the figure escapes its notes itself, and the sentence has no places to fill.
    return unescape(str(check_sentence(failed[0], language))) if failed else ""
