"""What in a file addresses a program that reads it, or cannot be seen: found, named, kept out of what a model reads."""
