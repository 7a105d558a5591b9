"""Agendas, and what a Nachtrag makes of them."""
