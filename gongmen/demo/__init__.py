"""The main job, played on one machine: a card at the kiosk becomes a committed passage at the centre."""
