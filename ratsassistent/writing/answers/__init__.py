"""Answers to questions: what is asked, which sentence or row says it, whether it is said at all."""
