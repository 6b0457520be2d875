"""What this box remembers: one SQLite file that gate, kiosk and sync meet in."""
