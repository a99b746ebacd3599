"""Findings as tables for a spreadsheet or a statistics program."""
