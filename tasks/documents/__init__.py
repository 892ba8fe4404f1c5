"""
A plan out of the document it was issued as: its text and tables read, taken apart, and what is not understood asked.

Pure: nothing here knows the database. Names of units that are known, and the plan's period, are told.
"""
