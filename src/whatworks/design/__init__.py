"""Before any outcome is read: the analysis plan, power, and which designs a roll-out can carry."""
