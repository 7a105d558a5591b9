"""Portable folders: the program with its own Python, for a USB stick and for people who may not install anything.

`building.build` makes one for Linux or Windows, from archives and wheels that `targets` and the lock files name with their
checksums; `launcher` is what starts in it. No module here knows councils, papers or language.
"""
