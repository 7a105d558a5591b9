"""The language model, the tasks it is given, and how what it writes becomes sentences with pages."""
