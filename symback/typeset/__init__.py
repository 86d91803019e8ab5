"""Boxes and the markups they are printed in. No mathematics in here."""
