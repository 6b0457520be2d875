"""The boxes at the gates: claim, certificate, keys, the copies of templates that they send each other, what they must know."""
