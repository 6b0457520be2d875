"""The centre: who may enter which site, and who came when."""
