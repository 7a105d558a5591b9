"""German text as sentences, terms, amounts: what all of `writing` reads by."""
