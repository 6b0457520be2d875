"""Workbooks in and out: every list as Excel (A-33), and batch registration from Excel (A-62)."""
