"""The parts of tokens_reference.py."""
