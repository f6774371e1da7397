"""Prices in what a banner says: the side of accept-or-pay that costs money names one."""

from __future__ import annotations

import re

_AMOUNT = r"\d+(?:[.,]\d+)*"
_UNIT = r"(?:[€$£]|(?:eur|usd|gbp|chf|kr|zł|kč|ft|лв|грн|₺)\b)"
_PRICE = re.compile(rf"(?:[€$£]|\b(?:eur|usd|gbp|chf)\b)\s?({_AMOUNT})|({_AMOUNT})\s?{_UNIT}", re.IGNORECASE)


def names_price(text: str) -> bool:
    """Whether a text names a price, nothing included ("0 €")."""
    return _PRICE.search(text) is not None


def costs(text: str) -> bool:
    """Whether a text names a price above zero."""
    return any(set("".join(amounts)) & set("123456789") for amounts in _PRICE.findall(text))


def without_prices(text: str) -> str:
    """A text without the prices that it names."""
    return _PRICE.sub(" ", text)
