"""A finding page answers first, shows its doubts, and never turns "we do not know" into "no difference"."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from whatworks.core import Check
from whatworks.core.errors import InvalidOption
from whatworks.findings import page
from whatworks.findings.labels import speaking, within
from whatworks.findings.review_rows import side

BANNER = {"da": "EKSEMPEL MED SIMULEREDE DATA - må ikke bruges til beslutninger.", "en": "EXAMPLE WITH SIMULATED DATA"}
BANNED = re.compile("significan|signifikan|proven|bevist|no effect|ingen effekt|evidence-based|evidensbaseret|best method", re.I)
MAKERS = ["matched", "rollout", "reviews", "unknown"]
HOSTILE = '<script>alert("1")</script>{{ 7*7 }}{% x %}'

# Every page is made once, however much is asked of it.
MADE: dict[tuple[str, str], str] = {}


class Outline(HTMLParser):
    """Tags with their attributes, the text of headings and of the whole page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.headings, self.text, self._open = [], [], "", None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if re.fullmatch("h[1-6]", tag):
            self.headings.append([int(tag[1]), ""])

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        if self._open == "style":
            return
        self.text += data + " "
        if self._open and re.fullmatch("h[1-6]", self._open):
            self.headings[-1][1] += data

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def plain(html):
    return re.sub(r"\s+", " ", Outline(html).text)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("maker", MAKERS)
class TestEveryPage:
    @pytest.fixture
    def html(self, samples, maker, language):
        if (maker, language) not in MADE:
            MADE[maker, language] = page(getattr(samples, maker)(), language)
        return MADE[maker, language]

    def test_headings_go_down_one_step_at_a_time_from_one_question(self, html):
        outline = Outline(html)
        levels = [level for level, _text in outline.headings]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(below <= above + 1 for above, below in pairwise(levels))
        assert outline.headings[0][1].endswith("?")

    def test_it_is_small_and_asks_for_nothing(self, html):
        assert len(html.encode()) < 130_000
        outline = Outline(html)
        assert not outline.all("script") + outline.all("link") + outline.all("img")
        assert not [one for one in outline.tags if "src" in one[1] or any(key.startswith("on") for key in one[1])]

    def test_every_figure_has_a_title_a_description_and_its_table(self, html):
        outline = Outline(html)
        figures = len(outline.all("figure"))
        assert figures == len(outline.all("figcaption")) == len(outline.all("desc")) == html.count('role="img"')
        assert html.count("<details>") >= figures

    def test_tables_scroll_in_a_box_that_the_keyboard_reaches_and_names(self, html):
        boxes = [attributes for _tag, attributes in Outline(html).tags if attributes.get("class") == "scroll"]
        assert len(boxes) == html.count("<table")
        assert all(box.get("tabindex") == "0" and box.get("aria-label") for box in boxes)

    def test_ids_stand_once(self, html):
        ids = [attributes["id"] for _tag, attributes in Outline(html).tags if "id" in attributes]
        assert len(ids) == len(set(ids))

    def test_no_word_overclaims_and_no_p_value_is_shown(self, html):
        text = plain(html)
        assert not BANNED.search(text)
        assert not re.search(r"\bp ?[=<] ?0|p-værdi|p-value", text)

    def test_costs_that_nobody_calculated_are_an_open_question(self, html, maker, language):
        if maker != "unknown":
            assert {"da": "Ikke beregnet endnu", "en": "Not calculated yet"}[language] in html

    def test_it_leads_to_report_numbers_and_the_other_language(self, html, language):
        addresses = {attributes.get("href") for attributes in Outline(html).all("a")}
        other = "en" if language == "da" else "da"
        assert {f"report.{language}.html", "results.csv", f"finding.{other}.html"} <= addresses

    def test_it_is_the_same_each_time(self, html, samples, maker, language):
        assert page(getattr(samples, maker)(), language) == html


def test_the_trial_answers_where_lots_were_drawn_and_the_others_are_held_against_it(samples):
    text = plain(page(samples.matched(), "da"))
    assert speaking(samples.matched())[0] == "experiment"
    assert "Virker støttet beskæftigelse for voksne uden for arbejdsmarkedet?" in text
    assert "Sandsynligvis ja. Støttet beskæftigelse forbedrer sandsynligvis årlig lønindkomst." in text
    assert "Målt på årlig lønindkomst: Med indsatsen er gennemsnittet 1.794 dollar om året højere" in text
    assert "Rå forskel: Svaret peger den modsatte vej." in text
    assert "Matchet sammenligning: Svaret ligger inden for målestokkens interval." in text
    assert "Havde vi kun set på den rå forskel, havde vi draget den forkerte konklusion." in text
    assert "Der er trukket lod, men det er kun ét forsøg." in text
    for number in ("−8.498", "+1.402", "+1.716"):
        assert number in text


def test_without_a_yardstick_the_matched_answer_speaks_for_itself(samples):
    text = plain(page(samples.matched(benchmark=None, answer="matched_did"), "en"))
    assert "Does supported work help adults outside the labour market?" in text
    assert "1,716 dollars a year higher" in text
    assert "the yardstick" not in text
    assert "How large is the difference?" in text


def test_balance_and_overlap_are_drawn_where_they_are_there(samples):
    assert "Ligner grupperne hinanden?" in page(samples.matched(), "da")
    assert "Ligner grupperne hinanden?" not in page(samples.matched(tables={}), "da")


def test_failed_checks_come_first_and_all_are_told_in_words(samples):
    html = page(samples.matched(), "da")
    html = html[html.index('class="checks"') :]
    failed, passed = html.index("13 af de 185, der fik indsatsen, er udeladt"), html.index("Efter matchningen ligner grupperne")
    assert failed < passed
    assert html.count('<li class="bad">') == 1
    assert "Ikke bestået" in html


def test_doubts_about_other_ways_of_calculating_stand_with_them(samples):
    text = plain(page(samples.rollout(), "en"))
    lesson = text[text.index("Two-way comparison:") :]
    assert "27% of the calculation" in lesson[: lesson.index("Comparison with those who wait:")]


def test_a_roll_out_shows_when_how_much_and_how_it_went(samples):
    text = plain(page(samples.rollout(), "da"))
    for part in ("Virker Lærkemodellen for unge", "+4,6 point", "sandsynligvis 3,1 til 6,1", "kvartaler siden start"):
        assert part in text
    for heading in ("Hvor stor er forskellen?", "Hvordan er det gået undervejs?", "Giver andre regnemåder samme svar?"):
        assert heading in text
    assert "Måske for lille til at betyde noget" in text
    assert "Den mindste forskel, der betyder noget, er sat til 10 point." in text


def test_a_roll_out_counts_places_and_a_matched_comparison_people(samples):
    overall = samples.effect(4.6, 3.1, 6.1, statistics={"n_treated": 31, "n_comparison": 10, "nobs": 1640})
    rollout = plain(page(samples.rollout(results={"overall": overall}), "da"))
    assert "Steder med indsatsen: 31" in rollout
    assert "Målinger: 1.640" in rollout
    assert "Personer" not in rollout
    assert "Personer, de er sammenlignet med: 260" in plain(page(samples.matched(), "da"))


def test_checks_of_another_comparison_than_the_answering_one_stand_under_its_name(samples):
    assert "<h3>Matchet sammenligning</h3>" in page(samples.matched(), "da")
    assert "<h3>Sammenligning med dem, der venter</h3>" not in page(samples.rollout(), "da")


def test_a_failed_pre_trend_withholds_every_number_of_the_effect(samples):
    html = page(samples.rollout(pretrends=False), "da")
    text = plain(html)
    assert "Det kan vi ikke afgøre, for sammenligningen er ikke pålidelig." in text
    assert "Grupperne udviklede sig forskelligt allerede før start" in text
    assert not re.search(r"(?<!\d)(4,6|3,1|6,1)", text)
    assert "Vises ikke" in text
    assert "Hvordan er det gået undervejs?" in text


@pytest.mark.parametrize("language", ["da", "en"])
def test_simulated_data_are_announced_on_top_and_in_every_figure(samples, language):
    html = page(samples.rollout(), language)
    figures = len(Outline(html).all("figure"))
    assert figures == 4
    assert plain(html).count(BANNER[language]) >= 1 + 2 * figures
    assert html.index(BANNER[language]) < html.index("<h1")
    assert BANNER[language] not in page(samples.matched(), language)


def test_published_results_stand_as_printed_with_their_gaps_and_no_joint_verdict(samples):
    text = plain(page(samples.reviews(), "da"))
    assert "3 resultater Fra 2 forskningsoversigter." in text
    assert "Vi giver dem ikke en samlet vurdering." in text
    assert "3 resultater: 1 taler for, 1 kan gå begge veje, 1 uden interval." in text
    assert "1,63 (RR)" in text
    assert "1,46 til 1,82" in text
    assert "+0,21 standardafvigelser (lille)" in text
    assert "interval ikke oplyst" in text
    assert text.count("Ikke bekræftet endnu") == 4
    assert "doi:10.1371/journal.pone.0212208" in text
    assert "Hjælper" not in text


def test_published_numbers_keep_the_decimals_they_were_printed_with(samples):
    reviews = samples.reviews_table().assign(
        effect=[0.195, 0.3, 0.21], conf_low=[0.122, -0.07, None], conf_high=[0.268, 0.67, None]
    )
    text = plain(page(samples.reviews(tables={"reviews": reviews.assign(measure="g")}), "en"))
    assert "+0.195 standard deviations (small) 0.122 to 0.268" in text
    assert "+0.30 standard deviations (moderate) −0.07 to 0.67" in text


def test_a_row_that_the_source_printed_the_other_way_round_says_what_its_sign_means(samples):
    def told(good, usual, language, measure="g"):
        names = {"outcome_da": "Brug af rusmidler", "outcome_en": "Substance use"}
        turned = samples.reviews_table().head(1).assign(direction_of_good=good, outcome_good=usual, measure=measure, **names)
        return plain(page(samples.reviews(tables={"reviews": turned}), language))

    assert "Kilden har vendt skalaen: Over nul er et fald i brug af rusmidler, og det er godt." in told("up", "down", "da")
    assert "Kilden har vendt skalaen: Under nul er en stigning i brug af rusmidler, og det er godt." in told("down", "up", "da")
    assert "turned the scale round: above 1 is a fall in substance use" in told("up", "down", "en", "RR")
    assert "vendt skalaen" not in told("up", "up", "da")
    assert "vendt skalaen" not in plain(page(samples.reviews(), "da"))


def test_published_results_are_not_to_be_counted_as_independent(samples):
    both, first = samples.reviews_table(), samples.reviews_table().head(2)
    assert "Oversigterne kan bygge på de samme undersøgelser. Tæl dem ikke som uafhængige." in page(samples.reviews(), "da")
    same = plain(page(samples.reviews(tables={"reviews": first}), "en"))
    assert "The results come from the same review and may build on the same studies." in same
    assert "uafhængige" not in page(samples.reviews(tables={"reviews": both.head(1)}), "da")


def test_one_published_result_is_told_in_the_singular(samples):
    text = plain(page(samples.reviews(tables={"reviews": samples.reviews_table().head(1)}), "da"))
    assert "(IPS): ét resultat. Det taler for." in text
    assert "Det udgivne resultat Taler for Det er ét resultat, så vi giver ikke en vurdering." in text
    assert "1 resultat Fra 1 forskningsoversigt. Tallet er kun læst i et resumé." in text
    for plural in ("Resten", "samlet vurdering", "ét for ét", "Tallene står, som"):
        assert plural not in text
    assert "1 af 1" not in text[: text.index("Hvad siger det udgivne resultat?")]
    confirmed = plain(page(samples.reviews(tables={"reviews": samples.reviews_table().tail(1)}), "da"))
    assert "Fra 1 forskningsoversigt. Tallet er sammenholdt med udgivelsen." in confirmed
    assert "ét resultat. Det har intet interval." in confirmed


@pytest.mark.parametrize(
    ("measure", "low", "high", "code"),
    [("RR", 1.2, 1.9, "for"), ("logRR", 0.2, 0.9, "for"), ("logHR", -0.2, 0.9, "both"), ("logOR", -0.9, -0.2, "against")],
)
def test_logs_of_ratios_are_held_against_zero_and_ratios_against_one(measure, low, high, code):
    row = {"measure": measure, "conf_low": low, "conf_high": high, "direction_of_good": "up"}
    assert side(row, "da").code == code


def test_printed_english_words_are_marked_on_a_danish_page(samples):
    html = page(samples.reviews(), "da")
    assert '<span class="small" lang="en">any competitive employment</span>' in html
    nameless = samples.reviews_table().drop(columns=["method_da", "method_en", "outcome_da", "outcome_en"])
    html = page(samples.reviews(tables={"reviews": nameless}), "da")
    assert 'lang="en">Individual Placement and Support</th>' in html
    assert 'lang="en">Individual' not in page(samples.reviews(tables={"reviews": nameless}), "en")


def test_an_address_that_is_not_https_is_not_a_link(samples):
    reviews = samples.reviews_table().assign(doi="", seen_at="javascript:alert(1)")
    assert "javascript:" not in page(samples.reviews(tables={"reviews": reviews}), "da")


def test_a_group_without_evidence_gets_an_honest_page_and_no_number(samples):
    html = page(samples.unknown(), "da")
    text = plain(html)
    assert "Hvad virker for voksne med erhvervet hjerneskade?" in text
    assert "Vi ved det ikke." in text
    assert "Det er ikke det samme som ingen forskel." in text
    assert "Hvad kunne give et svar?" in text
    assert 'class="strip"' not in html
    assert page(samples.unknown(tables={"reviews": samples.reviews_table().head(0)}), "da") == html


def test_a_method_without_results_asks_about_that_method(samples):
    nothing = samples.matched(results={}, answer=None, benchmark=None, tables={})
    assert "Does supported work help adults outside" in plain(page(nothing, "en"))


@pytest.mark.parametrize("maker", MAKERS)
def test_names_from_catalogues_appear_as_text(samples, maker):
    names = {"da": HOSTILE, "en": HOSTILE}
    labels = {"target_group": names, "method": names, "outcome": {"name": names, "unit": names, "good": "up", "decimals": 1}}
    html = page(getattr(samples, maker)(labels=labels, source=names), "da")
    assert not Outline(html).all("script")
    assert "{{ 7*7 }}" in html
    assert "49" not in Outline(html).headings[0][1]


def test_hostile_published_text_appears_as_text(samples):
    reviews = samples.reviews_table().assign(authors=HOSTILE, outcome_da=HOSTILE, method_da=HOSTILE, outcome_as_printed=HOSTILE)
    assert not Outline(page(samples.reviews(tables={"reviews": reviews}), "da")).all("script")


@pytest.mark.parametrize(
    ("values", "limit", "answer", "gist"),
    [
        ((15, 11, 19), 10, "Ja.", "Lærkemodellen forbedrer sandsynligvis trivsel lidt."),
        (
            (0.2, -2, 2),
            10,
            "Nej, vi finder ingen forskel af betydning.",
            "",
        ),
        ((1, -8, 15), 10, "Det kan vi ikke afgøre.", "Det er meget usikkert, om Lærkemodellen påvirker trivsel."),
        ((-15, -19, -11), 10, "Nej, det går dårligere.", "Lærkemodellen forværrer sandsynligvis trivsel lidt."),
    ],
)
def test_the_lead_answers_the_question_in_a_word_and_a_sentence(samples, values, limit, answer, gist):
    finding = samples.rollout(answer=values)
    outcome = {**finding.labels["outcome"], "smallest_important": limit}
    passed = (Check(name="parallel_pretrends", passed=True, message=""),)
    results = {"overall": samples.effect(*values, checks=passed)}
    text = plain(page(samples.rollout(results=results, labels={**finding.labels, "outcome": outcome}), "da"))
    # Where the answer says that the difference is too small, the sentence about it would say so again.
    # The verdict, size, certainty and cost stand right under the answer.
    assert f"psykiske vanskeligheder? {f'{answer} {gist}'.strip()} Konklusion" in text
    assert "Forskel i trivsel" in text


@pytest.mark.parametrize(
    ("values", "certain", "hedged"),
    [
        ((15, 11, 19), "Ja.", "Måske."),
        ((12, 4, 20), "Sandsynligvis ja.", "Måske."),
        ((5, 3, 7), "Forskellen er for lille", "Forskellen er måske for lille"),
        ((-15, -19, -11), "Nej, det går dårligere.", "Måske ikke: Det ser ud til at gå dårligere."),
    ],
)
def test_no_answer_is_stronger_than_its_certainty_allows(samples, values, certain, hedged):
    def answer(passed):
        checks = (Check(name="parallel_pretrends", passed=passed, message=""),)
        return plain(page(samples.rollout(results={"overall": samples.effect(*values, checks=checks)}), "da"))

    assert f"vanskeligheder? {certain}" in answer(True)
    assert f"vanskeligheder? {hedged}" in answer(None)


def test_no_difference_is_told_softly_where_a_check_failed(samples):
    few = Check(name="few_clusters", passed=False, message="", statistics={"clusters": 12})
    text = plain(page(samples.rollout(results={"overall": samples.effect(0.2, -2, 2, checks=(few,))}), "da"))
    assert "Måske ikke: Vi finder ingen tydelig forskel af betydning." in text
    assert "men ikke alle kontroller er bestået" in text
    assert "Hvad kan I gøre? Begynd ikke på indsatsen, og udvid den ikke, alene af hensyn til trivsel." in text


def test_lines_that_run_alike_are_no_proof_and_the_check_names_the_quarters(samples):
    text = plain(page(samples.rollout(), "da"))
    assert "Følges linjerne ad før start, taler det for, at de kan sammenlignes bagefter. Det er ikke et bevis." in text
    assert "I de 3 kvartaler lige før start ser vi ingen tydelig forskel." in text


@pytest.mark.parametrize("yardstick", [(1794, -551, 4139), (-300, -900, 300)])
def test_an_unclear_yardstick_points_no_way_and_calls_no_conclusion_wrong(samples, yardstick):
    finding = samples.matched()
    text = plain(page(samples.matched(results={**finding.results, "experiment": samples.effect(*yardstick)}), "da"))
    assert "Rå forskel: Svaret ligger uden for målestokkens interval." in text
    assert "den forkerte konklusion" not in text
    assert "peger" not in text


def test_an_unclear_raw_gap_would_have_misled_nobody(samples):
    finding = samples.matched()
    unclear = samples.effect(-400, -1500, 700)
    assert "den forkerte konklusion" not in page(samples.matched(results={**finding.results, "raw_gap": unclear}), "da")


def test_advice_follows_the_verdict(samples):
    worse = samples.rollout(results={"overall": samples.effect(-15, -19, -11)})
    assert "Hvad kan I gøre? Vent med at begynde eller udvide, til resultatet er drøftet." in plain(page(worse, "da"))
    assert "Vent med at begynde" not in page(samples.rollout(), "da")
    assert "Lad ikke tallene her afgøre noget." in page(samples.rollout(pretrends=False), "da")


def test_the_strip_says_why_it_is_that_sure_and_what_would_help(samples):
    text = plain(page(samples.matched(), "en"))
    assert "How sure are we? Moderate ●●●○ Lots were drawn, but it is one trial only." in text
    assert "More sure with: more trials in other places." in text


def test_what_would_lift_the_certainty_follows_the_doubts(samples):
    assert "Flere steder eller personer at sammenligne med." in page(samples.rollout(), "da")
    assert "Flere steder eller personer at sammenligne med." not in page(samples.matched(), "da")


def test_titles_lose_their_capital_inside_a_sentence_unless_they_are_names():
    assert within("Unge i risiko") == "unge i risiko"
    assert within("Trappestøtte", proper=True) == "Trappestøtte"
    assert within("The Lark Model", proper=True) == "the Lark Model"
    assert within("") == ""


def test_a_language_without_catalogue_is_refused(samples):
    with pytest.raises(InvalidOption, match="'da', 'en'"):
        page(samples.unknown(), "de")
