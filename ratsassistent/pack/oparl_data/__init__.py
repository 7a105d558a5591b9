"""OParl 1.1 data become the same objects."""
