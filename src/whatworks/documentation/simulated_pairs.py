"""The nine pairs of target group and invented method in the simulated region, and what is true of each."""

from dataclasses import dataclass

from whatworks.documentation.scenarios import SCENARIOS, Instrument


@dataclass(frozen=True, kw_only=True)
class Measure:
    """An instrument in a target group.

    Attributes
    ----------
    instrument : with its range, step and direction
    mean, sd : of the scores without the method
    effect : of the method once it runs in full, at average fidelity, for the first to adopt; in the instrument's unit
    decline : what usual care adds each year somebody stays, and the method does not
    every : quarters from one measurement to the next; 0 is once, at the start
    subscale : where the instrument has several
    """

    instrument: Instrument
    mean: float
    sd: float
    effect: float
    decline: float = 0.0
    every: int = 1
    subscale: str | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """Share in work or education at the start and four years later in usual care, and what the method adds."""

    at_start: float
    after_four_years: float
    effect: float


@dataclass(frozen=True, kw_only=True)
class Spending:
    """What a citizen costs, in the prices of 2019, and what the method changes.

    Attributes
    ----------
    hours : of support a week, lowest and highest
    hours_change : share by which the method changes the hours
    saved_later : share of the hours saved from the second year of the method on
    advisers : what the method costs in advisers, as a share of the hours' price
    on_rate : what the method costs as a share of the rate
    transfers : income transfers in a quarter, in kr, and what the method changes of them
    """

    hours: tuple[float, float]
    hours_change: float = 0.0
    saved_later: float = 0.0
    advisers: float = 0.0
    on_rate: float = 0.0
    transfers: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A target group and the invented method that is rolled out in it.

    Attributes
    ----------
    code : of the pair
    target_group, target_group_name, method, method_name : codes and Danish names
    measures : the first is the primary outcome
    cohort_shares : how much of an effect the first, second and third to adopt get
    services : how many services adopt the method; 0 where municipalities do
    shelters : services that the citizens stay in although municipalities adopt the method
    paragraphs : of the Act on Social Services, taken in turn by services
    youngest, oldest : age at the start of an episode
    per_household : citizens to a household; 0 where households are not recorded
    by_family : families in an adopting municipality take the method up or not
    work : where work or education is followed
    fewer_broken_off : share of exits that are not broken off because of the method
    track, goal_type : of the episodes
    """

    code: str
    target_group: str
    target_group_name: str
    method: str
    method_name: str
    measures: tuple[Measure, ...]
    spending: Spending
    cohort_shares: tuple[float, float, float] = (1.0, 0.8, 0.6)
    services: int = 0
    shelters: int = 0
    paragraphs: tuple[str, ...]
    youngest: int
    oldest: int
    per_household: float = 0.0
    by_family: bool = False
    work: Work | None = None
    fewer_broken_off: float = 0.0
    track: str = "rehabilitation"
    goal_type: str = "develop"


def _instrument(code: str, name: str, high: float, step: float, *, up: bool, informant: str) -> Instrument:
    return Instrument(code=code, name=name, low=0, high=high, step=step, higher_is_better=up, informant=informant)


WHO5, HONOS = SCENARIOS["S1"].instrument, SCENARIOS["S3"].instrument
SDQ = _instrument("sdq", "SDQ, vanskeligheder i alt", 40, 1, up=False, informant="parent")
ORS = _instrument("ors", "ORS", 40, 0.1, up=True, informant="citizen")
VUM = _instrument("vum_theme", "VUM, funktionsevne på et tema", 4, 1, up=False, informant="staff")
NIGHTS = _instrument("shelter_nights", "Nætter på herberg om året", 366, 1, up=False, informant="register")
WORK = _instrument("employment_share", "I job eller uddannelse", 1, 1, up=True, informant="register")
ABSENCE = _instrument("school_absence", "Skolefravær, procent", 100, 1, up=False, informant="register")
CASE_DAYS = _instrument("case_days", "Sagsbehandlingstid, dage", 365, 1, up=False, informant="register")
_CONTENT = _instrument("foraeldremaal", "Forældremålet", 100, 5, up=True, informant="parent")
_LIFE = _instrument("livsmaal", "Livsmålet", 100, 5, up=True, informant="citizen")


PAIRS: tuple[Pair, ...] = (
    Pair(
        code="BH",
        target_group="children_disability",
        target_group_name="Børn med handicap og deres familier",
        method="boegekredsen",
        method_name="Bøgekredsen",
        measures=(
            Measure(instrument=SDQ, mean=16, sd=6, effect=-1.2),
            Measure(instrument=CASE_DAYS, mean=80, sd=30, effect=-20, every=0),
            Measure(instrument=_CONTENT, mean=55, sd=20, effect=10, every=4),
        ),
        # The method reached its full effect only where it was tried out first.
        cohort_shares=(1.0, 0.6, 0.6),
        spending=Spending(hours=(2, 6), saved_later=0.06, advisers=0.12),
        paragraphs=("52",),
        youngest=3,
        oldest=14,
        per_household=1.7,
    ),
    Pair(
        code="UF",
        target_group="families_deprived_area",
        target_group_name="Familier i udsatte boligområder",
        method="tranemodellen",
        method_name="Tranemodellen",
        measures=(
            Measure(instrument=WHO5, mean=46, sd=18, effect=5.0),
            Measure(instrument=ABSENCE, mean=12, sd=8, effect=-3.0),
        ),
        spending=Spending(hours=(3, 8), transfers=(52_000, -15_625)),
        paragraphs=("52",),
        youngest=24,
        oldest=50,
        per_household=2.0,
        by_family=True,
        work=Work(at_start=0.12, after_four_years=0.30, effect=0.15),
    ),
    Pair(
        code="UP",
        target_group="youth_mental_difficulties",
        target_group_name="Unge med psykiske vanskeligheder",
        method="laerkemodellen",
        method_name="Lærkemodellen",
        measures=(Measure(instrument=WHO5, mean=44, sd=18, effect=5.0),),
        spending=Spending(hours=(3, 12)),
        paragraphs=("85",),
        youngest=18,
        oldest=25,
        per_household=1.2,
        work=Work(at_start=0.35, after_four_years=0.50, effect=0.06),
    ),
    Pair(
        code="AV",
        target_group="adults_autism",
        target_group_name="Voksne med autisme",
        method="klare_billeder",
        method_name="Klare Billeder",
        measures=(Measure(instrument=WHO5, mean=50, sd=17, effect=0.0),),
        spending=Spending(hours=(3, 6), on_rate=0.03),
        services=28,
        paragraphs=("107",),
        youngest=18,
        oldest=59,
    ),
    Pair(
        code="SP",
        target_group="adults_social_psychiatry",
        target_group_name="Voksne i socialpsykiatrien",
        method="trappestoette",
        method_name="Trappestøtte",
        measures=(
            Measure(instrument=HONOS, mean=18, sd=6, effect=-1.5),
            Measure(instrument=VUM, mean=2.3, sd=0.8, effect=-0.12, every=2, subscale="relations"),
        ),
        spending=Spending(hours=(4, 12), hours_change=-0.08),
        services=32,
        paragraphs=("107", "108"),
        youngest=20,
        oldest=64,
    ),
    Pair(
        code="HL",
        target_group="homelessness",
        target_group_name="Borgere i hjemløshed",
        method="havnelygten",
        method_name="Havnelygten",
        measures=(
            Measure(instrument=NIGHTS, mean=95, sd=60, effect=-22),
            Measure(instrument=WHO5, mean=42, sd=18, effect=3.0),
        ),
        spending=Spending(hours=(3, 8)),
        shelters=10,
        paragraphs=("110",),
        youngest=18,
        oldest=64,
        per_household=1.0,
    ),
    Pair(
        code="SM",
        target_group="substance_use",
        target_group_name="Borgere med stofmisbrug",
        method="tidevandsmetoden",
        method_name="Tidevandsmetoden",
        measures=(Measure(instrument=ORS, mean=20, sd=8, effect=1.8),),
        spending=Spending(hours=(1, 3)),
        services=20,
        paragraphs=("101",),
        youngest=18,
        oldest=59,
        fewer_broken_off=0.05,
    ),
    Pair(
        code="OM",
        target_group="intellectual_disability",
        target_group_name="Mennesker med udviklingshæmning",
        method="egetrinnet",
        method_name="Egetrinnet",
        measures=(
            Measure(instrument=VUM, mean=2.6, sd=0.8, effect=0.0, decline=0.05, subscale="self_care"),
            Measure(instrument=_LIFE, mean=58, sd=20, effect=2.0, every=2),
        ),
        spending=Spending(hours=(4, 10)),
        services=30,
        paragraphs=("108",),
        youngest=25,
        oldest=70,
        track="care",
        goal_type="maintain",
    ),
    Pair(
        code="XX",
        target_group="at_risk_youth",
        target_group_name="Unge i risiko for mistrivsel",
        method="turboforloebet",
        method_name="Turboforløbet",
        measures=(Measure(instrument=WHO5, mean=44, sd=18, effect=-3.0),),
        spending=Spending(hours=(3, 8), hours_change=-0.10),
        paragraphs=("52",),
        youngest=14,
        oldest=17,
        per_household=1.4,
    ),
)
