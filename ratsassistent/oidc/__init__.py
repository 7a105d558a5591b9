"""Signing in with an account that the municipality keeps elsewhere (OpenID Connect), beside the accounts of this program."""
