"""What texts mean, as vectors: which embedding models there are, and how passages and questions become vectors."""
