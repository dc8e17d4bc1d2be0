"""What is measured, as ratios within one run. ``python -m benchmarks`` runs all of it."""
