"""`report.pdf`: the findings on one or two pages, with room for the reader to sign."""
