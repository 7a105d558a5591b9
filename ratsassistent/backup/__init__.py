"""Backups: the whole data folder as one file, and back."""
