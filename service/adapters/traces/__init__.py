"""Traces, for whatever takes OpenTelemetry's protocol."""
