"""Charts that say one thing each: the data drawn, the drawing, the words for it, and the whole figure for a page."""

from whatworks.findings.charts.bacon import bacon_alt, bacon_chart, bacon_data, bacon_figure
from whatworks.findings.charts.designs import design_label, designs_alt, designs_chart, designs_data, designs_figure
from whatworks.findings.charts.dots import dots_alt, dots_caption, dots_chart, dots_data, dots_figure
from whatworks.findings.charts.ecdf import ecdf_alt, ecdf_chart, ecdf_data, ecdf_figure
from whatworks.findings.charts.event_study import event_study_alt, event_study_chart, event_study_data, event_study_figure
from whatworks.findings.charts.forest import forest_alt, forest_chart, forest_figure
from whatworks.findings.charts.group_time_map import (
    group_time_map_alt,
    group_time_map_chart,
    group_time_map_data,
    group_time_map_figure,
)
from whatworks.findings.charts.hidden_factor import (
    hidden_factor_alt,
    hidden_factor_chart,
    hidden_factor_data,
    hidden_factor_figure,
)
from whatworks.findings.charts.honest import honest_alt, honest_chart, honest_data, honest_figure
from whatworks.findings.charts.love import covariate_label, love_alt, love_chart, love_data, love_figure
from whatworks.findings.charts.overlap import overlap_alt, overlap_chart, overlap_data, overlap_figure
from whatworks.findings.charts.published_effects import forest_data
from whatworks.findings.charts.rollout import rollout_alt, rollout_chart, rollout_data, rollout_figure
from whatworks.findings.charts.specification_curve import (
    specification_curve_alt,
    specification_curve_chart,
    specification_curve_data,
    specification_curve_figure,
)
from whatworks.findings.charts.study_forest import study_forest_alt, study_forest_chart, study_forest_data, study_forest_figure
from whatworks.findings.charts.synthetic import synthetic_alt, synthetic_chart, synthetic_data, synthetic_figure
from whatworks.findings.charts.trends import cohort_name, trends_alt, trends_chart, trends_data, trends_figure

__all__ = [
    "bacon_alt",
    "bacon_chart",
    "bacon_data",
    "bacon_figure",
    "cohort_name",
    "covariate_label",
    "design_label",
    "designs_alt",
    "designs_chart",
    "designs_data",
    "designs_figure",
    "dots_alt",
    "dots_caption",
    "dots_chart",
    "dots_data",
    "dots_figure",
    "ecdf_alt",
    "ecdf_chart",
    "ecdf_data",
    "ecdf_figure",
    "event_study_alt",
    "event_study_chart",
    "event_study_data",
    "event_study_figure",
    "forest_alt",
    "forest_chart",
    "forest_data",
    "forest_figure",
    "group_time_map_alt",
    "group_time_map_chart",
    "group_time_map_data",
    "group_time_map_figure",
    "hidden_factor_alt",
    "hidden_factor_chart",
    "hidden_factor_data",
    "hidden_factor_figure",
    "honest_alt",
    "honest_chart",
    "honest_data",
    "honest_figure",
    "love_alt",
    "love_chart",
    "love_data",
    "love_figure",
    "overlap_alt",
    "overlap_chart",
    "overlap_data",
    "overlap_figure",
    "rollout_alt",
    "rollout_chart",
    "rollout_data",
    "rollout_figure",
    "specification_curve_alt",
    "specification_curve_chart",
    "specification_curve_data",
    "specification_curve_figure",
    "study_forest_alt",
    "study_forest_chart",
    "study_forest_data",
    "study_forest_figure",
    "synthetic_alt",
    "synthetic_chart",
    "synthetic_data",
    "synthetic_figure",
    "trends_alt",
    "trends_chart",
    "trends_data",
    "trends_figure",
]
