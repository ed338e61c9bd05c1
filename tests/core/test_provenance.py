import numpy as np
import pandas as pd

import whatworks as ww
from whatworks.core import fingerprint


def test_fingerprint_changes_with_values_names_and_order_and_not_with_the_index():
    df = pd.DataFrame({"y": [1.0, 2.0], "g": ["a", "b"]})
    assert fingerprint(df) == fingerprint(df.set_index(pd.Index([7, 9])))
    changed = [df.assign(y=[1.0, 2.5]), df.assign(g=["a", "c"]), df.rename(columns={"g": "h"}), df.iloc[::-1]]
    assert len({fingerprint(df), *map(fingerprint, changed)}) == 5


def test_fingerprint_looks_only_at_the_columns_asked_for():
    df = pd.DataFrame({"y": [1.0, 2.0], "note": ["a", "b"]})
    assert fingerprint(df, ["y"]) == fingerprint(df.assign(note="z"), ["y"])


def test_arguments_become_plain_values():
    provenance = ww.Provenance(
        data_fingerprint="0", arguments={"x": np.int64(3), "names": ("a", "b"), "time": pd.Period("2020Q1")}
    )
    assert provenance.to_dict()["arguments"] == {"x": 3, "names": ["a", "b"], "time": "2020Q1"}


def test_whole_numbers_have_one_name_however_wide_they_are_stored():
    years = np.array([2014, 2023, -1])
    names = {fingerprint(pd.DataFrame({"year": years.astype(kind)})) for kind in ("int16", "int32", "int64")}
    assert len(names) == 1
    assert fingerprint(pd.DataFrame({"year": years + 1})) not in names
    # One byte would hold either.
    assert fingerprint(pd.DataFrame({"year": [200]})) != fingerprint(pd.DataFrame({"year": [-56]}))
