"""Pages without text become text on this machine."""
