"""What boxes tell in codes, in words: the table stands with messaging, which takes the codes in."""

from __future__ import annotations

from typing import Final

from central.messaging.box_words import BY_HAND, INCIDENTS, METHODS, REASONS

TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{f"why_{reason.value}": words.said for reason, words in REASONS.items()},
    **{f"why_{reason.value}_do": words.do for reason, words in REASONS.items()},
    **{f"incident_{code}": words.said for code, words in INCIDENTS.items()},
    **{f"incident_{code}_do": words.do for code, words in INCIDENTS.items()},
    **{f"method_{method.value}": words.said for method, words in METHODS.items()},
    **{f"by_hand_{code}": words.said for code, words in BY_HAND.items()},
}
