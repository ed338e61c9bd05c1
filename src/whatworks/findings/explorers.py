"""Turn an assumption and see what becomes of the answer; where no kernel runs, the same figure stands still."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import pandas as pd

from whatworks.core.errors import InvalidOption, WhatworksError
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.did import honest
from whatworks.economics import investment_case
from whatworks.findings.charts.cash_flow import cash_flow_data, cash_flow_figure
from whatworks.findings.charts.honest import honest_data, honest_figure
from whatworks.findings.charts.specification_curve import CHOICES, specification_curve_data, specification_curve_figure
from whatworks.findings.charts.words import Words
from whatworks.findings.language import LANGUAGES, translator
from whatworks.findings.names import N_
from whatworks.findings.notebook import Shown, show

_CHOICE_WORDS = {
    "method": N_("Who is compared"),
    "caliper": N_("How unlike two people may be"),
    "covariate_set": N_("Characteristics"),
    "estimator": N_("How the difference is calculated"),
}
# The fewest draws an investment case accepts: a slider must answer at once.
_DRAWS = 2000


@dataclass(eq=False)
class Explorer:
    """Controls beside a figure that follows them.

    Attributes
    ----------
    controls : ipywidgets by name; setting ``controls["bound"].value`` is what moving the slider does
    result : what the figure shows now
    data : its numbers, as the chart's ``*_data`` gives them
    shown : the static twin, as ``ww.findings.show`` makes it; a report keeps this
    message : what was refused, where the chosen values have no answer; the figure then stays as it was
    """

    controls: Mapping[str, Any]
    calculate: Callable[..., EffectResult] = field(repr=False)
    figure: Callable[..., str] = field(repr=False)
    numbers: Callable[[EffectResult], pd.DataFrame] = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    result: EffectResult = field(init=False, repr=False)
    shown: Shown = field(init=False, repr=False)
    message: str = field(init=False, default="")

    def __post_init__(self) -> None:
        from ipywidgets import HTML, HBox, Layout, VBox

        self._draw(self._calculated())
        self._page = HTML(value=self._html())
        panel = HBox(list(self.controls.values()), layout=Layout(flex_flow="row wrap"))
        self._widget = VBox([panel, self._page])
        for control in self.controls.values():
            control.observe(self._follow, names="value")

    @property
    def data(self) -> pd.DataFrame:
        """The numbers of the figure as it is now."""
        return self.numbers(self.result)

    def _calculated(self) -> EffectResult:
        return self.calculate(**{name: control.value for name, control in self.controls.items()})

    def _draw(self, result: EffectResult) -> None:
        self.shown = show(self.figure, result, **self.options)
        self.result = result

    def _follow(self, _change: object) -> None:
        try:
            self._draw(self._calculated())
            self.message = ""
        except WhatworksError as error:
            # The reader is trying things out; a refusal is an answer, and the figure stays.
            self.message = str(error)
        self._page.value = self._html()

    def _html(self) -> str:
        html = str(self.shown._repr_mimebundle_()["text/html"])
        return f'<p role="status">{escape(self.message)}</p>{html}' if self.message else html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The widget where a kernel runs, and in the same output the static twin for everywhere else."""
        live = self._widget._repr_mimebundle_() or {}
        return {**live, **self.shown._repr_mimebundle_()}


def explore_specifications(curve: EffectResult, *, unit: Words | None = None, language: str = "da") -> Explorer:
    """Choose which specifications count, and see the curve that is left.

    Parameters
    ----------
    curve : of ``ww.matching.specification_curve``
    unit : the unit, one text or one for each language
    language : ``"da"`` or ``"en"``

    Returns
    -------
    :class:`Explorer` with the controls method, caliper, covariate_set, estimator (several may be chosen) and balanced (only those
    whose groups look alike). The answer that was decided on beforehand stays the dashed line: choosing among specifications after
    seeing them makes no new answer.

    Raises
    ------
    MissingColumn, EmptyData
        If the result is no curve, or has no answers.
    InvalidOption

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> people = pd.DataFrame({"age": rng.normal(40, 8, 80), "method": np.arange(80) % 4 == 0})
    >>> people["days"] = people["age"] / 8 + people["method"] + rng.normal(0, 1, 80)
    >>> curve = ww.matching.specification_curve(people, outcome="days", treatment="method", covariates=["age"],
    ...                                         methods=["nearest", "regression"], calipers=[None])
    >>> explorer = explore_specifications(curve, language="en")
    >>> explorer.controls["method"].value = ("regression",)
    >>> set(explorer.data["method"])
    {'regression'}
    """
    from ipywidgets import Checkbox, SelectMultiple

    one_of(language, LANGUAGES, name="language")
    _ = translator(language)
    specification_curve_data(curve)
    parts = curve.parts
    controls: dict[str, Any] = {}
    for choice in CHOICES:
        options = tuple(dict.fromkeys(parts[choice].astype("str")))
        controls[choice] = SelectMultiple(
            options=options, value=options, rows=min(6, len(options)), description=_(_CHOICE_WORDS[choice])
        )
    controls["balanced"] = Checkbox(value=False, description=_("Only groups that look alike"))

    def chosen(*, balanced: bool, **kept: tuple[str, ...]) -> EffectResult:
        keep = pd.Series(True, index=parts.index)
        for choice, values in kept.items():
            keep &= parts[choice].astype("str").isin(values)
        if balanced:
            keep &= parts["balanced"].astype("boolean").fillna(False).astype(bool)
        left = parts[keep]
        if left["estimate"].notna().sum() == 0:
            raise InvalidOption(_("No way of comparing is left. Choose more."))
        headline = curve.effects[curve.effects["kind"] == "headline"]
        return replace(curve, effects=pd.concat([headline, left], ignore_index=True), vcov=None)

    return Explorer(
        controls=controls, calculate=chosen, figure=specification_curve_figure, numbers=specification_curve_data,
        options={"unit": unit, "language": language},
    )  # fmt: skip


def explore_honest(
    event_study_result: EffectResult, *, unit: Words | None = None, language: str = "da", most: float = 2.0
) -> Explorer:
    """Allow trends to differ, a little or a lot, and see what is left of the effect.

    Parameters
    ----------
    event_study_result : as ``ww.did.honest`` takes it
    unit : the unit, one text or one for each language
    language : ``"da"`` or ``"en"``
    most : the largest bound on the slider, in times the largest drift before the start

    Returns
    -------
    :class:`Explorer` with the controls bound and event_time (which time since start). Relative magnitudes, since their bound
    means the same for every outcome.

    Raises
    ------
    InvalidOption, NotIdentified
        As ``ww.did.honest``; or if ``most`` is not above 0.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> panel = pd.DataFrame({"unit": np.repeat(range(60), 5), "year": [2016, 2017, 2018, 2019, 2020] * 60})
    >>> panel["start"] = np.where(panel["unit"] < 30, 2019, 0)
    >>> panel["score"] = rng.normal(0, 1, 300) + 3.0 * ((panel["unit"] < 30) & (panel["year"] >= 2019))
    >>> study = ww.did.event_study(panel, outcome="score", unit="unit", time="year", first_treated="start")
    >>> explorer = explore_honest(study, language="en")
    >>> explorer.controls["bound"].value = 2.0
    >>> explorer.data["bound"].dropna().tolist()
    [1.0, 2.0]
    """
    from ipywidgets import Dropdown, FloatSlider

    one_of(language, LANGUAGES, name="language")
    if not most > 0:
        raise InvalidOption(f"most={most!r} must be above 0.")
    _ = translator(language)
    after = (
        sorted(int(time) for time in event_study_result.parts["event_time"] if time >= 0)
        if _is_study(event_study_result)
        else [0]
    )
    controls = {
        "bound": FloatSlider(
            value=most / 2, min=0.0, max=most, step=most / 20, continuous_update=False, description=_("How far off trends may be")
        ),
        "event_time": Dropdown(options=after, value=after[0], description=_("Time since start")),
    }

    def calculated(*, bound: float, event_time: int) -> EffectResult:
        return honest(event_study_result, bounds=sorted({bound / 2, bound}), event_time=event_time)

    return Explorer(
        controls=controls, calculate=calculated, figure=honest_figure, numbers=honest_data,
        options={"unit": unit, "language": language},
    )  # fmt: skip


def explore_investment(effect: EffectResult, *, language: str = "da", **inputs: Any) -> Explorer:
    """Change what an investment case rests on, and see when the money is back, and for whom.

    Parameters
    ----------
    effect, inputs : as ``ww.economics.investment_case`` takes them; ``scale``, ``dropout`` and ``discount_rates`` are where the
        sliders begin, where they are single numbers
    language : ``"da"`` or ``"en"``

    Returns
    -------
    :class:`Explorer` with the controls scale (share of the effect that is left when it is spread), dropout (share that leaves
    before it helps) and, where the rate is one number, discount_rates. Ranges given for scale or dropout are replaced by the
    slider's value; the effect's own uncertainty stays. 2,000 draws.

    Raises
    ------
    InvalidOption, NotCausal and others
        As ``ww.economics.investment_case``.

    Examples
    --------
    >>> effect = ww.example_effect()
    >>> consequences = pd.DataFrame([{"consequence": "placement", "payer": "municipality", "units": 1, "price": 80000,
    ...                               "first_year": 1, "last_year": 5, "price_level": 2024}])
    >>> costs = pd.DataFrame([{"item": "course", "payer": "municipality", "ledger": "recurring", "amount": 3e6, "per": "year",
    ...                        "first_year": 0, "last_year": 0, "price_level": 2024}])
    >>> explorer = explore_investment(effect, consequences=consequences, costs=costs, citizens=100, price_level=2024,
    ...                               discount_rates=0.035)
    >>> sorted(explorer.controls)
    ['discount_rates', 'dropout', 'scale']
    """
    from ipywidgets import FloatSlider

    one_of(language, LANGUAGES, name="language")
    _ = translator(language)
    middle = {name: _middle(inputs.get(name, usual)) for name, usual in {"scale": 1.0, "dropout": 0.0}.items()}
    held = {"continuous_update": False, "readout_format": ".0%"}
    controls = {
        "scale": FloatSlider(
            value=middle["scale"],
            min=0.1,
            max=max(1.0, middle["scale"]),
            step=0.05,
            description=_("What is left of the effect"),
            **held,
        ),
        "dropout": FloatSlider(value=middle["dropout"], min=0.0, max=0.9, step=0.05, description=_("How many drop out"), **held),
    }
    if isinstance(inputs.get("discount_rates"), (int, float)):
        controls["discount_rates"] = FloatSlider(
            value=inputs["discount_rates"], min=0.0, max=0.08, step=0.005, description=_("Discount rate"),
            continuous_update=False, readout_format=".1%",
        )  # fmt: skip

    def calculated(**chosen: float) -> EffectResult:
        return investment_case(effect, **{**inputs, **chosen, "draws": _DRAWS})

    return Explorer(
        controls=controls, calculate=calculated, figure=cash_flow_figure, numbers=cash_flow_data, options={"language": language}
    )


def _is_study(result: object) -> bool:
    return isinstance(result, EffectResult) and "event_time" in result.parts


def _middle(value: Any) -> float:
    """The central value of (central, low, high), or the number itself."""
    return float(value[0] if isinstance(value, (tuple, list)) else value)
