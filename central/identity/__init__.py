"""Accounts, API tokens and the operators of kiosks: who acts."""
