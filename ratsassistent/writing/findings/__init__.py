"""What rules find in an item's papers: contradictions, open questions; and a meeting on one page."""
