"""What of an item's papers is shown as it stands, and what a language model gets to read."""
