"""Charts that say one thing each: the data drawn, the drawing, the words for it, and the whole figure for a page."""

from whatworks.findings.charts.designs import design_label, designs_alt, designs_chart, designs_data, designs_figure
from whatworks.findings.charts.forest import forest_alt, forest_chart, forest_data, forest_figure
from whatworks.findings.charts.love import love_alt, love_chart, love_data, love_figure

__all__ = [
    "design_label",
    "designs_alt",
    "designs_chart",
    "designs_data",
    "designs_figure",
    "forest_alt",
    "forest_chart",
    "forest_data",
    "forest_figure",
    "love_alt",
    "love_chart",
    "love_data",
    "love_figure",
]
