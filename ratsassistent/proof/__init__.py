"""The proof that nothing leaves this machine: a run of the program that is confined and watched, and a report of it."""
