"""Drivers for the things at a pickup point. Knows nothing of the kiosk above it, nor of sync."""
