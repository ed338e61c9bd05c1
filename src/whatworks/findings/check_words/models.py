"""Words for doubts about models that were fitted elsewhere."""

from collections.abc import Mapping

from whatworks.findings.names import N_

MODELS: Mapping[str, tuple[str, str, str]] = {
    "fitted_elsewhere": (
        N_("The number comes from a calculation made elsewhere, and its assumptions were checked."),
        N_("The number comes from a calculation made elsewhere that did not run to its end. It cannot be used as it stands."),
        N_("The number comes from a calculation made elsewhere. Whether its assumptions hold was not looked at here."),
    ),
}
