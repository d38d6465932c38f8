"""The parts of prove.py: one module for each kind of comparison, one for records, one for tables."""
