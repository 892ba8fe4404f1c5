"""Workbooks out and in: the styled ledger, and the tables of the panel."""
