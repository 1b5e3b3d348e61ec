"""突合: till, hub and payout compared, and every difference kept until it is explained or gone."""
