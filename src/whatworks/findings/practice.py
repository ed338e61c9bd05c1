"""What it takes to do it: why it should work, what must be there, and what nobody has described."""

from typing import Any

from whatworks.core.errors import UnknownCode
from whatworks.evidence import Registry
from whatworks.findings.language import translator


def practice_view(registry: Registry, method: str, language: str) -> dict[str, Any] | None:
    """What the catalogue of methods says of doing one.

    Parameters
    ----------
    registry : the evidence base
    method : its code
    language : ``"da"`` or ``"en"``

    Returns
    -------
    description, theory, components, source, unconfirmed, and missing: what a place would have to know and nobody has described.
    None where the method is not in the catalogue.

    Examples
    --------
    >>> view = practice_view(ww.evidence.load(), "taettere_paa_familien", "en")
    >>> view["components"][0], view["unconfirmed"]
    ('Fewer families per adviser', False)
    >>> practice_view(ww.evidence.load(), "laerkemodellen", "en")["missing"][0]
    'Why it should work (the programme theory).'
    """
    _ = translator(language)
    try:
        entry = registry.entry("method", method)
    except UnknownCode:
        return None
    theory, components = entry.fields.get("programme_theory"), entry.fields.get("core_components") or ()
    missing = []
    if not theory:
        missing.append(_("Why it should work (the programme theory)."))
    if not components:
        missing.append(_("What must be there for it to be this method (the core components)."))
    missing.append(_("How many staff, how much training and how much time it takes."))
    return {
        "description": str(entry.description[language]),
        "theory": str(theory[language]) if theory else "",
        "components": [str(component[language]) for component in components],
        "source": str(entry.fields.get("theory_source") or ""),
        "unconfirmed": bool(entry.fields.get("to_be_confirmed", False)),
        "missing": missing,
    }
