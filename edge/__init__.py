"""One box at one site gate: reads cards and faces, decides, opens, writes down, syncs."""
