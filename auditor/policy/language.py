"""The language of a document, by py3langid restricted to the languages of policies."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = 4000
# Official languages of the EEA, and those of neighbours that companies translate for.
_NAMES = "bg cs da de el en es et fi fr ga hr hu is it lt lv mt nl nn no pl pt ro ru sk sl sv tr uk"
CODES = tuple(_NAMES.split())


@lru_cache(maxsize=1)
def _classify() -> Callable[[str], tuple[str, float]]:
    import py3langid  # noqa: PLC0415  loads numpy and a model: only when a document is read

    langid = cast("Any", py3langid)
    langid.set_languages(list(CODES))
    return cast("Callable[[str], tuple[str, float]]", langid.classify)


def detect(text: str) -> str:
    """ISO 639-1 code of the language that most of the text is in; ``en`` where there are no words.

    Looks at the middle of the text besides its beginning: pages begin with navigation.
    """
    middle = max(0, len(text) // 2 - SAMPLE // 2)
    sample = text if len(text) <= 2 * SAMPLE else text[:SAMPLE] + " " + text[middle : middle + SAMPLE]
    if not any(char.isalpha() for char in sample):
        return "en"
    code = _classify()(sample)[0]
    return {"nn": "no"}.get(code, code)
