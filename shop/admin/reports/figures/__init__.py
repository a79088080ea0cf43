"""Every figure of the reports, each a question to the database with its definition as docstring.

Pages show these very docstrings; docs/reports.md repeats them. Amounts are minor units of one
currency, never of several; days are those of UTC.
"""
