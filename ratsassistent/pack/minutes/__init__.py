"""Minutes: decisions, votes, adopted wordings."""
