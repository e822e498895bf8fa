"""The same check on the machine of whoever writes the rules."""
