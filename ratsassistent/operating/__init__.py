"""Running it in a town hall: whether it is well, what is counted, how it is started and watched by the system."""
