"""Bytes and volts: devices behind ports. Knows no worker, no rule, no broker."""
