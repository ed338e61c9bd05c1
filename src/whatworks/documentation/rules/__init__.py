"""What a delivery is held to: the rules, and the functions that look for what breaks them."""

from whatworks.documentation.rules.catalogue import RULES, Rule

__all__ = ["RULES", "Rule"]
