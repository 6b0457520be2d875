"""What boxes and centre say to each other: events in, acknowledgements and rosters out."""
