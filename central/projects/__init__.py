"""Companies, projects, who takes part in them and in what contract order, and their teams."""
