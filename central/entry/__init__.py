"""Assignments of workers to projects and the acceptance that lets them in (A-02, A-03, A-41)."""
