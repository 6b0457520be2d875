"""Tickets: a question with a screenshot and the number of the page it is about (A-09), and what support answered."""
