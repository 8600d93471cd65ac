"""Things to try Intouch with."""
