"""Everything that is kept: all SQL of the project lives in this package."""
