"""Locker boards: compartment names over relay boards."""
