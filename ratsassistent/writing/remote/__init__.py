"""A language model on a server of the municipality, spoken to as OpenAI does."""
