"""Requests for the data of the old system (A-57): five steps, their files, and what is given after the last."""
