"""Who stands at the lane, and whether the gate opens."""
