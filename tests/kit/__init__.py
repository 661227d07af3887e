"""What the tests of several rooms share: tiny methods, made-up sources, golden values."""
