"""Fetching from a council's own system (OParl) and from a watched folder; off until somebody opts in."""
