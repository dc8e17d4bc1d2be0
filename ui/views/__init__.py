"""What Kivy draws. Views hold no decisions: they are given a view model and boxes, and report touches."""
