"""Papers: where they begin, their numbers, parts, forms, annexes, passages, editions."""
