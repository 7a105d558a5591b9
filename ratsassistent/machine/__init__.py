"""This computer: what it can do, how fast it is, what it may be asked for, what a briefing costs in time and energy."""
