"""案内: what a facility and its shops show of themselves to members."""
