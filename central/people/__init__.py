"""Workers and their employment: registered once, by the employer (A-01)."""
