"""The job of `consume` as others write it: check an event, keep it, its mentorship's state and what is to be told."""
