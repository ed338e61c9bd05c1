"""What economics refuses beyond bad columns and options: each says what was found, what was needed, and the next step."""

from whatworks.core.errors import WhatworksError


class MixedPriceLevels(WhatworksError):
    """Amounts of different years' prices would be added up."""


class NotCausal(WhatworksError):
    """A number that is no effect stands where an effect is needed."""


class UnknownPayer(WhatworksError):
    """A payer that the case does not have."""


class HorizonBeyondPrices(WhatworksError):
    """Years are asked for that no price or discount rate reaches."""


class MissingPriceLink(WhatworksError):
    """The price index has no link between two years, or none that was known on the day asked for."""


class MissingPrice(WhatworksError):
    """No price, limit or rule is known for what was asked."""


class ImplausibleAmount(WhatworksError):
    """A cost, a number of citizens or an occupancy that cannot be right."""


class ImplausibleRate(WhatworksError):
    """A rate that cannot be per day: probably a month's, or an hour's."""
