from pathlib import Path

import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEvidence
from whatworks.evidence.catalogues import FILES, SCHEMAS
from whatworks.evidence.registry import KINDS
from whatworks.evidence.reviews import COLUMNS

PROJECT = Path(__file__).parents[2]
SEED_PROGRAMMES = ("taettere_paa_familien", "opgang_til_opgang", "relationel_velfaerd", "taettere_paa_de_unge")
INVENTED = {
    "laerkemodellen": "Lærkemodellen",
    "trappestoette": "Trappestøtte",
    "klare_billeder": "Klare Billeder",
    "boegekredsen": "Bøgekredsen",
    "tranemodellen": "Tranemodellen",
    "havnelygten": "Havnelygten",
    "tidevandsmetoden": "Tidevandsmetoden",
    "egetrinnet": "Egetrinnet",
    "turboforloebet": "Turboforløbet",
}


def entries(registry):
    return [(kind, entry) for kind in KINDS for entry in getattr(registry, f"{kind}s").values()]


def test_every_entry_speaks_danish_and_english(registry):
    for _, entry in entries(registry):
        for text in (entry.name, entry.description):
            assert set(text) == {"da", "en"}
            assert all(part.strip() for part in text.values()), entry.code


def test_no_danish_name_equals_its_english_one_unless_it_is_a_proper_name(registry):
    same = {(kind, entry.code) for kind, entry in entries(registry) if entry.name["da"] == entry.name["en"]}
    assert same == {("method", "housing_first")}
    assert not [entry.code for _, entry in entries(registry) if entry.description["da"] == entry.description["en"]]


def test_names_are_told_apart_in_both_languages(registry):
    for kind in KINDS:
        for language in ("da", "en"):
            names = [entry.name[language] for entry in getattr(registry, f"{kind}s").values()]
            assert len(names) == len(set(names)), (kind, language)


def test_every_code_in_the_reviews_stands_in_its_catalogue(registry):
    for column in ("target_group", "method", "outcome"):
        assert set(registry.reviews[column]) <= set(getattr(registry, f"{column}s"))


def test_every_group_and_every_area_of_the_field_is_there(registry):
    assert {entry.fields["area"] for entry in registry.target_groups.values()} == set(registry.areas)
    assert {entry.fields["domain"] for entry in registry.outcomes.values()} == set(registry.domains)


def test_programmes_named_by_the_municipalities_stand_without_a_result(registry):
    for code in SEED_PROGRAMMES:
        assert not registry.methods[code].fields.get("synthetic", False)
        assert registry.select(method=code).empty


def test_invented_methods_say_so_and_borrow_no_real_name(registry):
    synthetic = {code for code, entry in registry.methods.items() if entry.fields.get("synthetic")}
    assert synthetic == set(INVENTED)
    real = " ".join(" ".join(e.name.values()) for code, e in registry.methods.items() if code not in synthetic).casefold()
    for code, name in INVENTED.items():
        entry = registry.methods[code]
        assert entry.name["da"] == name
        assert entry.name["da"].casefold() not in real
        assert set(entry.fields["resembles"]) == {"da", "en"}
        assert entry.description["da"].startswith("Opdigtet")
        assert registry.select(method=code).empty


def test_an_outcome_and_its_instrument_agree_on_direction_and_smallest_important_change(registry):
    paired = [
        (entry, registry.instruments[entry.fields["instrument"]])
        for entry in registry.outcomes.values()
        if "instrument" in entry.fields
    ]
    assert {outcome.code for outcome, _ in paired} == {"who5", "honos"}
    for outcome, instrument in paired:
        assert outcome.fields["good"] == instrument.fields["good"]
        assert outcome.fields["smallest_important"] == instrument.fields["mic"]
        assert outcome.fields["smallest_important_source"] == instrument.fields["mic_source"]


def test_the_outcomes_of_the_own_questions_carry_their_unit(registry):
    assert registry.outcomes["earnings"].fields["unit"] == {"da": "dollar om året", "en": "dollars a year"}
    assert registry.outcomes["who5"].fields["smallest_important"] == 10
    assert registry.outcomes["honos"].fields["smallest_important"] == 4
    assert registry.outcomes["honos"].fields["good"] == "down"


def test_the_codebook_names_every_file_field_and_measure():
    codebook = (PROJECT / "evidence" / "README.md").read_text(encoding="utf-8")
    words = {*FILES.values(), *COLUMNS, *ww.evidence.MEASURES, *(field for schema in SCHEMAS.values() for field in schema)}
    assert sorted(word for word in words if f"`{word}`" not in codebook) == []


FAULTS = [
    (
        "target_groups.yml",
        "  area: autism",
        "  aria: autism",
        r"autism_children: key 'aria' is not known; did you mean 'area'\?.*ffb",
    ),
    (
        "target_groups.yml",
        "  area: autism",
        "  area: autsm",
        r"autism_children: area 'autsm' is not known; did you mean 'autism'\?.*vulnerable_adults",
    ),
    ("target_groups.yml", "homelessness:", "Homelessness!:", r"the code 'Homelessness!' needs lower-case letters"),
    ("target_groups.yml", "code: 293bf940", "code: 93bf940", r"homelessness: ffb.terms.0.code needs a code of 32 hexadecimal"),
    (
        "methods.yml",
        "    en: Peer support",
        "    uk: Peer support",
        r"peer_support: name.uk key 'uk' is not known. Use one of: da, en",
    ),
    (
        "methods.yml",
        "    en: Peer support",
        "    en: Peerstøtte",
        r"peer_support: the name is the same in both languages; translate it",
    ),
    ("methods.yml", "    en: Peer support", "    en: 12", r"peer_support: name.en needs text; it holds 12"),
    (
        "methods.yml",
        "  synthetic: true",
        "  synthetic: perhaps",
        r"laerkemodellen: synthetic needs true or false; it holds 'perhaps'",
    ),
    (
        "outcomes.yml",
        "  good: down",
        "  good: dwn",
        r"anxiety: good value 'dwn' is not known; did you mean 'down'\? Use one of: up, down",
    ),
    (
        "outcomes.yml",
        "  measure: MD",
        "  measure: dollars",
        r"earnings: measure value 'dollars' is not known. Use one of: SMD, g, d, MD",
    ),
    ("outcomes.yml", "  decimals: 0", "  decimals: few", r"earnings: decimals needs a whole number from 0 to 6; it holds 'few'"),
    (
        "outcomes.yml",
        "  smallest_important: 4",
        "  smallest_important: 4,5",
        r"honos: smallest_important needs a number with a decimal point",
    ),
    (
        "outcomes.yml",
        "  instrument: who5",
        "  instrument: who6",
        r"who5: instrument 'who6' is not known; did you mean 'who5'\?.*honos",
    ),
    ("instruments.yml", "  max: 40", "  max: -40", r"sdq: min 0 must be below max -40"),
    ("instruments.yml", "  mic: null", "  mic_: null", r"sdq: key 'mic_' is not known; did you mean 'mic'\?"),
    ("areas.yml", "    da: Autisme", "    da:", r"autism: name.da needs text; it holds None"),
    (
        "domains.yml",
        "  name:\n    da: Bolig",
        "  name: Bolig\n  nam:\n    da: Bolig",
        r"housing: key 'nam' is not known; did you mean 'name'",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "words"), FAULTS)
def test_a_fault_in_a_catalogue_names_file_line_and_what_is_allowed(base, replace, name, old, new, words):
    replace(name, old, new)
    with pytest.raises(InvalidEvidence, match=rf"evidence/{name}:\d+: {words}"):
        ww.evidence.load(base)


def test_the_line_is_that_of_the_key(base, replace):
    line = replace("outcomes.yml", "  good: down", "  good: dwn")
    with pytest.raises(InvalidEvidence, match=rf"evidence/outcomes.yml:{line}: anxiety: good"):
        ww.evidence.load(base)


def test_a_missing_field_is_named_with_all_required_ones(base, replace):
    replace("outcomes.yml", "  measure: MD\n", "")
    with pytest.raises(
        InvalidEvidence, match=r"earnings: the field measure is missing. Required fields: name, description, domain, unit"
    ):
        ww.evidence.load(base)


def test_a_smallest_important_change_needs_its_source(base, replace):
    line = replace("outcomes.yml", "  smallest_important: null", "  smallest_important: 3")
    with pytest.raises(
        InvalidEvidence, match=rf"outcomes.yml:{line}: .* smallest_important needs a source in smallest_important_source"
    ):
        ww.evidence.load(base)


def test_an_invented_method_must_say_what_it_resembles(base, replace):
    replace(
        "methods.yml", "  resembles:\n    da: en helhedsorienteret indsats med fast kontaktperson til unge\n", "  resembles:\n"
    )
    with pytest.raises(InvalidEvidence, match=r"laerkemodellen: resembles lacks the key da"):
        ww.evidence.load(base)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: [1\nb: 2\n", r"areas.yml:\d+: not valid YAML"),
        (b"autism:\n  name: x\n  name: y\n", r"areas.yml:3: the key 'name' stands twice"),
        (b"- a\n- b\n", r"areas.yml:1: needs one block per entry"),
        (b"", r"areas.yml:1: needs one block per entry"),
        (b"autism: words\n", r"areas.yml:1: autism: needs a block of fields"),
        (b"\xff\xfe\x00", r"areas.yml: cannot be read"),
        (b"[" * 5000, r"areas.yml:1: nested deeper than 100 levels"),
        (b"autism: !!python/object/apply:os.getcwd []\n", r"areas.yml"),
        (b"autism:\n  name: 2024-99-99\n", r"areas.yml"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(base, content, words):
    (base / "areas.yml").write_bytes(content)
    with pytest.raises(InvalidEvidence, match=words):
        ww.evidence.load(base)


def test_a_missing_catalogue_is_a_fault_like_others(base):
    (base / "instruments.yml").unlink()
    with pytest.raises(InvalidEvidence, match=r"^1 fault .*\n  evidence/instruments.yml: the file is missing"):
        ww.evidence.load(base)


def test_every_instrument_of_the_field_is_there_with_range_direction_and_licence(registry):
    ranges = {
        code: (entry.fields["min"], entry.fields["max"], entry.fields["good"]) for code, entry in registry.instruments.items()
    }
    assert ranges == {
        "who5": (0, 100, "up"), "sdq": (0, 40, "down"), "aseba": (None, None, "down"), "honos": (0, 48, "down"),
        "gaf": (1, 100, "up"), "europ_asi": (0, 1, "down"), "recovery_star": (1, 10, "up"), "cans": (0, 3, "down"),
        "ors": (0, 40, "up"), "vineland3": (None, None, "up"), "abas3": (None, None, "up"), "sf12": (None, None, "up"),
        "eq5d5l": (-0.758, 1, "up"), "vum_theme": (0, 4, "down"), "goal_attainment": (0, 2, "up"),
        "sip_quality_of_life": (None, None, "up"), "employment_share": (0, 1, "up"), "school_absence": (0, 100, "down"),
        "case_days": (0, None, "down"), "shelter_nights": (0, 366, "down"),
    }  # fmt: skip
    assert all(entry.fields["licence"]["da"] and entry.fields["licence"]["en"] for entry in registry.instruments.values())


def test_named_programmes_say_why_they_should_work_and_what_is_still_to_be_confirmed(registry):
    for code in SEED_PROGRAMMES:
        fields = registry.methods[code].fields
        assert set(fields["programme_theory"]) == {"da", "en"}
        assert fields["theory_source"]
        assert (fields["core_components"] is None) == fields.get("to_be_confirmed", False)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "    - da: Færre familier pr. rådgiver\n",
            "    - dk: Færre familier\n",
            r"taettere_paa_familien: core_components.0.dk key 'dk'",
        ),
        (
            "  core_components: null\n",
            "  core_components: []\n",
            r"relationel_velfaerd: core_components needs a list with at least one",
        ),
        ("  theory_source: >-\n    Metodecentret", "  source_of: >-\n    Metodecentret", r"needs its source in theory_source"),
        ("  to_be_confirmed: true", "  to_be_confirmed: perhaps", r"relationel_velfaerd: to_be_confirmed needs true or false"),
    ],
)
def test_a_fault_in_a_programme_theory_is_told_with_its_line(base, replace, old, new, words):
    replace("methods.yml", old, new)
    with pytest.raises(InvalidEvidence, match=rf"evidence/methods.yml:\d+: .*{words}"):
        ww.evidence.load(base)


def test_a_goal_is_one_of_the_goal_types(base, replace):
    replace("outcomes.yml", "  instrument: who5", "  instrument: who5\n  goal: cure")
    with pytest.raises(InvalidEvidence, match=r"who5: goal value 'cure' is not known. Use one of: develop, maintain, limit_loss"):
        ww.evidence.load(base)
