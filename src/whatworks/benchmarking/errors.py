"""What a comparison of providers refuses by name."""

from whatworks.core.errors import WhatworksError


class MeasuredAfterStart(WhatworksError):
    """A factor that the effort itself may have changed was to explain its result away."""
