"""Networks that more than one paper uses, a family to a file."""
