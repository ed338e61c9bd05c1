"""Charts that say one thing each: the data drawn, the drawing, the words for it, and the whole figure for a page."""

from whatworks.findings.charts.acceptability import (
    acceptability_alt,
    acceptability_chart,
    acceptability_data,
    acceptability_figure,
)
from whatworks.findings.charts.bacon import bacon_alt, bacon_chart, bacon_data, bacon_figure
from whatworks.findings.charts.baujat import baujat_alt, baujat_chart, baujat_data, baujat_figure
from whatworks.findings.charts.budget_growth import (
    budget_growth_alt,
    budget_growth_chart,
    budget_growth_data,
    budget_growth_figure,
)
from whatworks.findings.charts.cash_flow import cash_flow_alt, cash_flow_chart, cash_flow_data, cash_flow_figure
from whatworks.findings.charts.caterpillar import caterpillar_alt, caterpillar_chart, caterpillar_data, caterpillar_figure
from whatworks.findings.charts.combination import combination_alt, combination_chart, combination_data, combination_figure
from whatworks.findings.charts.cost_effectiveness_plane import (
    cost_effectiveness_plane_alt,
    cost_effectiveness_plane_chart,
    cost_effectiveness_plane_data,
    cost_effectiveness_plane_figure,
)
from whatworks.findings.charts.cumulative import cumulative_alt, cumulative_chart, cumulative_data, cumulative_figure
from whatworks.findings.charts.demand_growth import (
    demand_growth_alt,
    demand_growth_chart,
    demand_growth_data,
    demand_growth_figure,
)
from whatworks.findings.charts.designs import design_label, designs_alt, designs_chart, designs_data, designs_figure
from whatworks.findings.charts.dots import dots_alt, dots_caption, dots_chart, dots_data, dots_figure
from whatworks.findings.charts.ecdf import ecdf_alt, ecdf_chart, ecdf_data, ecdf_figure
from whatworks.findings.charts.effect_and_cost import (
    effect_and_cost_alt,
    effect_and_cost_chart,
    effect_and_cost_data,
    effect_and_cost_figure,
)
from whatworks.findings.charts.event_study import event_study_alt, event_study_chart, event_study_data, event_study_figure
from whatworks.findings.charts.for_whom import for_whom_alt, for_whom_chart, for_whom_data, for_whom_figure
from whatworks.findings.charts.forest import forest_alt, forest_chart, forest_figure
from whatworks.findings.charts.frontier import frontier_alt, frontier_chart, frontier_data, frontier_figure
from whatworks.findings.charts.funnel import funnel_alt, funnel_chart, funnel_data, funnel_figure
from whatworks.findings.charts.gap_map import gap_map_alt, gap_map_chart, gap_map_data, gap_map_figure
from whatworks.findings.charts.gap_map_table import gap_map_table
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
from whatworks.findings.charts.icon_array import icon_array_alt, icon_array_chart, icon_array_data, icon_array_figure
from whatworks.findings.charts.influence import influence_alt, influence_chart, influence_data, influence_figure
from whatworks.findings.charts.league import league_data, league_table
from whatworks.findings.charts.love import covariate_label, love_alt, love_chart, love_data, love_figure
from whatworks.findings.charts.net_present_value import (
    net_present_value_alt,
    net_present_value_chart,
    net_present_value_data,
    net_present_value_figure,
)
from whatworks.findings.charts.network import network_alt, network_chart, network_data, network_figure
from whatworks.findings.charts.overlap import overlap_alt, overlap_chart, overlap_data, overlap_figure
from whatworks.findings.charts.provider_funnel import (
    provider_funnel_alt,
    provider_funnel_chart,
    provider_funnel_data,
    provider_funnel_figure,
)
from whatworks.findings.charts.published_effects import forest_data
from whatworks.findings.charts.ranks import ranks_alt, ranks_chart, ranks_data, ranks_figure
from whatworks.findings.charts.rate_against_ceiling import (
    rate_against_ceiling_alt,
    rate_against_ceiling_chart,
    rate_against_ceiling_data,
    rate_against_ceiling_figure,
)
from whatworks.findings.charts.rollout import rollout_alt, rollout_chart, rollout_data, rollout_figure
from whatworks.findings.charts.specification_curve import (
    specification_curve_alt,
    specification_curve_chart,
    specification_curve_data,
    specification_curve_figure,
)
from whatworks.findings.charts.study_forest import study_forest_alt, study_forest_chart, study_forest_data, study_forest_figure
from whatworks.findings.charts.synthetic import synthetic_alt, synthetic_chart, synthetic_data, synthetic_figure
from whatworks.findings.charts.tornado import tornado_alt, tornado_chart, tornado_data, tornado_figure
from whatworks.findings.charts.traffic_light import (
    traffic_light_alt,
    traffic_light_chart,
    traffic_light_data,
    traffic_light_figure,
)
from whatworks.findings.charts.trends import cohort_name, trends_alt, trends_chart, trends_data, trends_figure

__all__ = [
    "acceptability_alt",
    "acceptability_chart",
    "acceptability_data",
    "acceptability_figure",
    "bacon_alt",
    "bacon_chart",
    "bacon_data",
    "bacon_figure",
    "baujat_alt",
    "baujat_chart",
    "baujat_data",
    "baujat_figure",
    "budget_growth_alt",
    "budget_growth_chart",
    "budget_growth_data",
    "budget_growth_figure",
    "cash_flow_alt",
    "cash_flow_chart",
    "cash_flow_data",
    "cash_flow_figure",
    "caterpillar_alt",
    "caterpillar_chart",
    "caterpillar_data",
    "caterpillar_figure",
    "cohort_name",
    "combination_alt",
    "combination_chart",
    "combination_data",
    "combination_figure",
    "cost_effectiveness_plane_alt",
    "cost_effectiveness_plane_chart",
    "cost_effectiveness_plane_data",
    "cost_effectiveness_plane_figure",
    "covariate_label",
    "cumulative_alt",
    "cumulative_chart",
    "cumulative_data",
    "cumulative_figure",
    "demand_growth_alt",
    "demand_growth_chart",
    "demand_growth_data",
    "demand_growth_figure",
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
    "effect_and_cost_alt",
    "effect_and_cost_chart",
    "effect_and_cost_data",
    "effect_and_cost_figure",
    "event_study_alt",
    "event_study_chart",
    "event_study_data",
    "event_study_figure",
    "for_whom_alt",
    "for_whom_chart",
    "for_whom_data",
    "for_whom_figure",
    "forest_alt",
    "forest_chart",
    "forest_data",
    "forest_figure",
    "frontier_alt",
    "frontier_chart",
    "frontier_data",
    "frontier_figure",
    "funnel_alt",
    "funnel_chart",
    "funnel_data",
    "funnel_figure",
    "gap_map_alt",
    "gap_map_chart",
    "gap_map_data",
    "gap_map_figure",
    "gap_map_table",
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
    "icon_array_alt",
    "icon_array_chart",
    "icon_array_data",
    "icon_array_figure",
    "influence_alt",
    "influence_chart",
    "influence_data",
    "influence_figure",
    "league_data",
    "league_table",
    "love_alt",
    "love_chart",
    "love_data",
    "love_figure",
    "net_present_value_alt",
    "net_present_value_chart",
    "net_present_value_data",
    "net_present_value_figure",
    "network_alt",
    "network_chart",
    "network_data",
    "network_figure",
    "overlap_alt",
    "overlap_chart",
    "overlap_data",
    "overlap_figure",
    "provider_funnel_alt",
    "provider_funnel_chart",
    "provider_funnel_data",
    "provider_funnel_figure",
    "ranks_alt",
    "ranks_chart",
    "ranks_data",
    "ranks_figure",
    "rate_against_ceiling_alt",
    "rate_against_ceiling_chart",
    "rate_against_ceiling_data",
    "rate_against_ceiling_figure",
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
    "tornado_alt",
    "tornado_chart",
    "tornado_data",
    "tornado_figure",
    "traffic_light_alt",
    "traffic_light_chart",
    "traffic_light_data",
    "traffic_light_figure",
    "trends_alt",
    "trends_chart",
    "trends_data",
    "trends_figure",
]
