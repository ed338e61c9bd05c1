"""What can go wrong with a store, each with a name of its own."""

from whatworks.core.errors import WhatworksError


class StoreBusy(WhatworksError):
    """Another process is writing the store, or reading it while this one wants to write."""


class StoreTooNew(WhatworksError):
    """The store was made by a newer version, whose layout this one does not know."""


class StoreDamaged(WhatworksError):
    """The file is not a store, or not a whole one."""


class StoreNotWritable(WhatworksError):
    """The store's file cannot be written: disk full, folder read-only, file too large."""


class DeliveryConflict(WhatworksError):
    """The delivery and what the store holds contradict each other."""
