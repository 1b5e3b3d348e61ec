"""運営状況: what happens in the federation, in figures, each with the entries behind it."""
