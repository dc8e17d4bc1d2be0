"""Talks to the central lending service. Knows nothing of the kiosk above it, nor of hardware."""
