"""The local pages: enrolment, lane screen, health."""
