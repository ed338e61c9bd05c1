import numpy as np
import pandas as pd

from whatworks.synthesis.studies import read_studies

ROWS = pd.DataFrame({"study": ["A", "B", "C"], "yi": [0.1, 0.2, 0.3], "vi": [1, 2, 3]})


def test_rows_without_names_are_numbered_from_one():
    studies = read_studies(ROWS, yi="yi", vi="vi")
    assert studies.study.tolist() == ["1", "2", "3"]
    assert (studies.k, studies.n_studies, studies.measure) == (3, 3, "GEN")


def test_whole_numbers_become_variances_and_the_frame_stays_as_it_was():
    before = ROWS.copy()
    studies = read_studies(ROWS, yi="yi", vi="vi", study="study")
    assert studies.vi.dtype == np.float64
    assert ROWS.equals(before)


def test_a_measure_column_without_any_value_leaves_the_choice_to_the_caller():
    empty = ROWS.assign(measure=pd.Series([None] * 3, dtype="str"))
    assert read_studies(empty, yi="yi", vi="vi", measure="RD").measure == "RD"
    assert read_studies(empty, yi="yi", vi="vi").measure == "GEN"


def test_two_studies_whose_names_differ_only_in_type_stay_two():
    mixed = ROWS.assign(study=pd.Series([1, "1", "2"], dtype=object))
    assert read_studies(mixed, yi="yi", vi="vi", study="study").n_studies == 3
