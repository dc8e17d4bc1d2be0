"""Barcode and QR scanners, and what a code means."""
