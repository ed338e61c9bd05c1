"""The last look at a body: headings, tables, figures, and nothing that runs or loads."""

import pytest

from whatworks.core.errors import InvalidResult, MissingAltText
from whatworks.workflow.markup import finished


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 3, 3, 4, 2], [1, 2, 2, 3, 2]),
        ([1, 1, 2, 1], [1, 2, 3, 2]),
        ([2, 3, 2], [2, 3, 2]),
        ([3, 5], [2, 3]),
        ([2, 1, 2], [2, 1, 2]),
    ],
)
def test_headings_have_one_title_and_skip_no_level(levels, expected):
    html = finished("".join(f"<h{level}>x</h{level}>" for level in levels))
    assert [int(part[0]) for part in html.split("<h")[1:]] == expected


def test_header_cells_say_what_they_head():
    html = finished(
        "<table border='1'><thead><tr><th></th><th>a</th></tr></thead><tbody><tr><th>r</th><td>1</td></tr></tbody></table>"
    )
    assert '<td></td><th scope="col">a</th>' in html
    assert '<th scope="row">r</th>' in html
    assert html.startswith('<div class="scroll" tabindex="0"><table>')


def test_a_table_that_scrolls_already_is_not_framed_twice():
    html = '<div class="scroll"><table><tr><td>1</td></tr></table></div>'
    assert finished(html) == html


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<SCRIPT src=x></SCRIPT>",
        "<iframe src='data:,x'></iframe>",
        "<p onclick='x()'>a</p>",
        "<svg role='img' aria-label='x'><animate onbegin='x()'/></svg>",
        "<svg role='img' aria-label='x'><foreignObject><p>x</p></foreignObject></svg>",
        "<a href='javascript:x()'>a</a>",
        "<a href='java\nscript:x()'>a</a>",
        "<a href='&#106;avascript:x()'>a</a>",
        "<a href='data:text/html,x'>a</a>",
        "<img alt='a' src='https://example.org/a.png'>",
        "<img alt='a' src='figure.png'>",
        "<svg role='img' aria-label='x'><image href='https://example.org/a.png'/></svg>",
        "<link rel='stylesheet' href='x.css'>",
        "<meta http-equiv='refresh' content='0'>",
        "<base href='https://example.org/'>",
        "<form><input name='a'></form>",
        "<style>@import 'x.css'</style>",
        "<p style='background:url(https://example.org/x)'>a</p>",
    ],
)
def test_what_runs_or_loads_is_refused(html):
    with pytest.raises(InvalidResult):
        finished(f"<p>before</p>{html}")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/a?b=c:d">a</a>',
        '<a href="#there">a</a>',
        '<a href="finding.da.html">a</a>',
        '<img alt="a" src="data:image/png;base64,AA=="/>',
        '<svg aria-label="a" role="img"><use href="#mark"></use></svg>',
        '<svg aria-labelledby="t"><title id="t">a</title></svg>',
        '<svg aria-hidden="true"></svg>',
        '<rect style="clip-path:url(#clip)"></rect>',
    ],
)
def test_what_a_page_may_hold_stays_as_it_is(html):
    assert finished(html) == html


@pytest.mark.parametrize(
    "html",
    [
        '<img src="data:image/png;base64,AA=="/>',
        '<img alt=" " src="data:image/png;base64,AA=="/>',
        "<svg><path d='M0 0'/></svg>",
        "<svg><title></title></svg>",
    ],
)
def test_a_figure_without_words_is_refused(html):
    with pytest.raises(MissingAltText, match="alternative text"):
        finished(html)


TABLE_BEHIND = "<details><summary>Numbers</summary><p>1</p></details>"


def test_code_with_nothing_between_folds_away_as_one():
    fold = '<details class="code"><summary>Code</summary><pre>{}</pre></details>'
    html = finished(fold.format(1) + "\n" + fold.format(2) + fold.format(3) + "<p>seen</p>" + fold.format(4) + TABLE_BEHIND)
    joined = '<details class="code"><summary>Code</summary><pre>1</pre><pre>2</pre><pre>3</pre></details>'
    assert "".join(html.split("\n")) == joined + "<p>seen</p>" + fold.format(4) + TABLE_BEHIND
