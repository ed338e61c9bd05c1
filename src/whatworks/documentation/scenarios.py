"""Which worlds can be simulated: a target group, an invented method, an instrument, and what is true."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from whatworks.core.errors import InvalidOption


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A measuring instrument: its range, the step between two values, which way is better, who answers."""

    code: str
    name: str
    low: float
    high: float
    step: float
    higher_is_better: bool
    informant: str


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is true in a simulated world, in the instrument's own unit.

    Attributes
    ----------
    code : name of the scenario
    target_group, target_group_name : code and Danish name
    method, method_name : code and invented name
    instrument : what the outcome is measured with
    mean, sd : of the scores without the method
    effect : the effect of the method once it runs in full, at average fidelity, for the first to adopt
    growth : what every further quarter adds to it
    cohort_shares : how much of it the first, second and third cohort of adopters get
    selection : whether the worse-off tend to adopt first; else the order is drawn by lot
    adopter_trend : what every quarter adds to the scores of municipalities that ever adopt, with or without the method, on a
        scale of 0 to 100 where high is good; other than 0, trends are not parallel
    waves : municipalities that start together and the quarter they start in, counted from 2014K1; the others never start
    lost, lost_among_worst : shares of follow-ups that are lost where the method is not in use: of all of them, and besides of
        those in the worst fifth
    before_start : what is added to scores in the quarter before the start, in the instrument's unit
    spillover : share of the effect that reaches municipalities beside one that has started
    shock, shock_to_adopters : what an event of a year's length adds to everybody's scores, and besides to those of
        municipalities that ever adopt; on a scale of 0 to 100 where high is good
    by_service : the method is adopted by services, one in each municipality, nine of which merge into three
    replaced_by : instrument that takes over from 2019K1
    places : per municipality, lowest and highest
    exits_per_year : share of citizens whose episode ends within a year
    youngest, oldest : age at the start of an episode
    embedded_seed : seed of the delivery that comes with the package; None where none does
    """

    code: str
    target_group: str
    target_group_name: str
    method: str
    method_name: str
    instrument: Instrument
    mean: float
    sd: float
    effect: float
    growth: float = 0.0
    cohort_shares: tuple[float, float, float] = (1.0, 1.0, 1.0)
    selection: bool = True
    adopter_trend: float = 0.0
    waves: tuple[tuple[int, int], ...] = ((12, 14), (12, 22), (7, 30))
    lost: float = 0.0
    lost_among_worst: float = 0.0
    before_start: float = 0.0
    spillover: float = 0.0
    shock: float = 0.0
    shock_to_adopters: float = 0.0
    by_service: bool = False
    replaced_by: Instrument | None = None
    # About ten measured citizens in each municipality and quarter.
    places: tuple[int, int] = (12, 15)
    exits_per_year: float = 0.18
    youngest: int
    oldest: int
    embedded_seed: int | None = None


_WHO5 = Instrument(code="who5", name="WHO-5", low=0, high=100, step=4, higher_is_better=True, informant="citizen")
_PULSE = Instrument(code="pulsmaal", name="Pulsmålet", low=0, high=100, step=10, higher_is_better=True, informant="citizen")
_HONOS = Instrument(code="honos", name="HoNOS", low=0, high=48, step=1, higher_is_better=False, informant="staff")

_SELECTION_ON_LEVEL = Scenario(
    code="S1",
    target_group="youth_mental_difficulties",
    target_group_name="Unge med psykiske vanskeligheder",
    method="laerkemodellen",
    method_name="Lærkemodellen",
    instrument=_WHO5,
    mean=44,
    sd=18,
    effect=5.0,
    youngest=16,
    oldest=21,
    embedded_seed=20261101,
)

# With some hundred citizens in each municipality what follows can be seen, not only be there.
_LARGE = (110, 130)

# Seeds of the embedded deliveries are numbered on from 20261101 in the order below: nobody chose them for their results.
_SCENARIOS = (
    replace(_SELECTION_ON_LEVEL, code="S0", selection=False, embedded_seed=None),
    _SELECTION_ON_LEVEL,
    # A drift of 0.08 is less than what ten citizens' means allow to be seen: its standard error is then 0.08 too. With some 200
    # measured citizens the effect's standard deviation over draws is 0.43, as in the calibration of the design.
    replace(_SELECTION_ON_LEVEL, code="S2", adopter_trend=0.08, places=(250, 270), embedded_seed=None),
    Scenario(
        code="S3",
        target_group="adults_social_psychiatry",
        target_group_name="Voksne i socialpsykiatrien",
        method="trappestoette",
        method_name="Trappestøtte",
        instrument=_HONOS,
        mean=18,
        sd=6,
        # On a scale of 0 to 100 with SD 18: 4.5, and 0.9 more each quarter. A third of it fits the SD of 6.
        effect=-1.5,
        growth=-0.3,
        cohort_shares=(1.0, 0.8, 0.6),
        youngest=20,
        oldest=64,
        embedded_seed=20261102,
    ),
    Scenario(
        code="AV",
        target_group="adults_autism",
        target_group_name="Voksne med autisme",
        method="klare_billeder",
        method_name="Klare Billeder",
        instrument=_WHO5,
        mean=50,
        sd=17,
        effect=0.0,
        youngest=18,
        oldest=59,
        embedded_seed=20261103,
    ),
    # Untreated municipalities lose follow-ups, above all those of people who do badly: what is seen of the untreated is two
    # points too good.
    replace(_SELECTION_ON_LEVEL, code="S4", lost=0.06, lost_among_worst=0.34, embedded_seed=None),
    replace(_SELECTION_ON_LEVEL, code="S5", before_start=-5.0, places=_LARGE, embedded_seed=None),
    # One wave only, so that some municipalities border on nobody treated.
    replace(_SELECTION_ON_LEVEL, code="S6", spillover=0.3, waves=((12, 14),), places=(330, 350), embedded_seed=None),
    replace(_SELECTION_ON_LEVEL, code="S7", waves=((1, 14),), places=_LARGE, embedded_seed=None),
    replace(_SELECTION_ON_LEVEL, code="S8", shock=-4.0, shock_to_adopters=-4.0, places=_LARGE, embedded_seed=None),
    replace(_SELECTION_ON_LEVEL, code="S9", by_service=True, embedded_seed=None),
    replace(_SELECTION_ON_LEVEL, code="S10", replaced_by=_PULSE, embedded_seed=None),
    Scenario(
        code="XX",
        target_group="at_risk_youth",
        target_group_name="Unge i risiko for mistrivsel",
        method="turboforloebet",
        method_name="Turboforløbet",
        instrument=_WHO5,
        mean=44,
        sd=18,
        effect=-3.0,
        places=_LARGE,
        youngest=16,
        oldest=21,
    ),
)

SCENARIOS: Mapping[str, Scenario] = {scenario.code: scenario for scenario in _SCENARIOS}
_DEFAULT = "S1"

# Worlds that are drawn by rules of their own: individuals who take up a method or not, and the whole frame.
PEOPLE = ("M1", "M2")
REGION = "region"


def find_scenario(name: str) -> Scenario:
    """The roll-out of that name; ``"default"`` is S1.

    Raises
    ------
    InvalidOption
        If there is none, with a list of those there are.

    Examples
    --------
    >>> find_scenario("default").code
    'S1'
    """
    scenario = SCENARIOS.get(_DEFAULT if name == "default" else name)
    if scenario is None:
        known = ", ".join(map(repr, (*SCENARIOS, *PEOPLE, REGION)))
        raise InvalidOption(f"scenario={name!r} does not exist; there are 'default' and {known}.")
    return scenario
