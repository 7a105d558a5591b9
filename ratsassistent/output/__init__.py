"""What leaves the program: JSON, Markdown, the web page."""
