"""The broker: events in from a queue, by the same intake as HTTP."""
