"""What it costs and whether it pays: prices, rates, refunds, cost-effectiveness, investment cases."""
