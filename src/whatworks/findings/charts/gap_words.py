"""Words for the cells of the evidence gap map."""

from typing import Any

from whatworks.findings.language import number, translator


def verdict_name(code: str, language: str) -> str:
    """A verdict in a word or three."""
    _ = translator(language)
    names = {
        "works": _("Works"),
        "promising": _("Promising"),
        "trade_off": _("Helps and harms"),
        "no_clear_difference": _("No clear difference"),
        "harmful": _("Harmful"),
        "not_rated": _("Not rated yet"),
        "unknown": _("We do not know"),
        "gap": _("No study"),
    }
    return names[code]


def certainty_text(code: str, language: str) -> str:
    """How sure that is; empty where nobody has judged it."""
    _ = translator(language)
    words = {
        "high": _("high certainty"),
        "moderate": _("moderate certainty"),
        "low": _("low certainty"),
        "very_low": _("very low certainty"),
    }
    return words.get(code, "")


def reviews_text(n_reviews: int, language: str) -> str:
    """In how many reviews studies stand; empty without one."""
    _ = translator(language)
    if not n_reviews:
        return ""
    return _("in 1 review") if n_reviews == 1 else _("in {n} reviews").format(n=number(n_reviews, language))


def remark(row: Any, language: str) -> list[str]:
    """Certainty, how many reviews, what is under way, and what is our own, each on a line."""
    _ = translator(language)
    more = [
        reviews_text(row.n_reviews, language),
        _("study under way") if row.under_way else "",
        _("our own figures") if row.own else "",
    ]
    return [text for text in (certainty_text(row.certainty, language), *more) if text]
