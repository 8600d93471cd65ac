"""What Intouch measures of itself, for Prometheus."""
