"""Consent banners: seeing them, making the choice on the right side, proving it."""
