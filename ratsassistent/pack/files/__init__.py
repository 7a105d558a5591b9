"""Files that somebody handed in: found, unpacked, opened in bounded child processes, read page by page, copied."""
