"""By what a worker is found (A-32): pure functions from what is known of a worker to the terms that are stored, and from what is typed.

A term is a letter for its kind and a text whose beginning is sought: `n` part of the name, `y` pinyin from any syllable on, `z` initials
from any on, `i` the ID number's last four backwards, `p` the phone number's last four backwards, `j` and `q` the keyed hashes of the last
six of the ID number and of the whole phone number, `x` that of the whole ID number. No number can be read from a term.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import islice, product
from typing import Final

from pypinyin import Style, pinyin

from central.people.name_order import of_surname

LONGEST: Final = 60
_MOST_READINGS: Final = 12
_HASHED: Final = 24
_HAN: Final = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]")
_LETTERS: Final = re.compile(r"[^a-z]")
_SPOKEN_TWICE: Final = frozenset("乐行重长朝盛晟柏茜娜曾单传")
_END: Final = "\U0010ffff"

Index = Callable[[str, str], bytes]
"""`CentreSecrets.index`: a value and what it is, to its HMAC."""


def of_name(name: str) -> set[str]:
    """The terms of a name: as written, as spoken (every common reading of each character), and by initials."""
    plain = name.strip().casefold()
    terms = {f"n{plain[start:]}"[:LONGEST] for start in range(len(plain)) if not plain[start].isspace()}
    for syllables in _readings(plain):
        for start in range(len(syllables)):
            terms.add(("y" + "".join(syllables[start:]))[:LONGEST])
            if len(syllables) - start > 1:
                terms.add(("z" + "".join(part[0] for part in syllables[start:]))[:LONGEST])
    return terms


def of_numbers(index: Index, id_number: str, phone: str) -> set[str]:
    """The terms of the ID number and the phone number (empty: none)."""
    terms = {f"i{id_number[-4:][::-1].lower()}", _hashed("j", index, id_number[-6:]), _hashed("x", index, id_number)}
    if phone:
        terms |= {f"p{phone[-4:][::-1]}", _hashed("q", index, phone)}
    return terms


def sought(q: str, index: Index) -> list[tuple[str, str]]:
    """What was typed, as ranges of terms (from, before): a worker with a term in any of them is meant. Empty for nothing to seek."""
    typed = re.sub(r"\s", "", q).casefold()
    if not typed:
        return []
    if re.fullmatch(r"\+?\d[\dx]*|\d*x", typed):
        return _sought_number(typed, index)
    starts = [f"n{typed}"]
    letters = typed.replace("'", "").replace("ü", "v")
    if letters.isascii() and letters.isalpha():
        starts += [f"y{letters}"] if len(letters) == 1 else [f"y{letters}", f"z{letters}"]  # one letter begins both
    return [(start[:LONGEST], start[:LONGEST] + _END) for start in starts]


def _sought_number(typed: str, index: Index) -> list[tuple[str, str]]:
    number = typed.upper()
    exact = [_hashed("x", index, number), _hashed("q", index, number)]
    if len(typed) <= 4:
        starts = [f"i{typed[::-1]}", f"p{typed[::-1]}"]
        return [(start, start + _END) for start in starts]
    if len(typed) == 6:
        exact.append(_hashed("j", index, number))
    return [(term, term + "\x01") for term in exact]


def _hashed(kind: str, index: Index, value: str) -> str:
    return kind + index(value.upper(), f"term:{kind}").hex()[:_HASHED]


@lru_cache(maxsize=4096)
def _readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The ways to speak a name, syllable by syllable, a surname's own first; a Latin name is its letters. A dozen or so at most."""
    if not _HAN.search(name):
        letters = tuple(part for part in (_LETTERS.sub("", word) for word in re.split(r"[\s·.]+", name)) if part)
        return (letters,) if letters else ()
    written = "".join(c for c in name if _HAN.match(c))
    spoken = [_of_character(character, place) for place, character in enumerate(written)]
    own = tuple(_LETTERS.sub("", reading) for reading in of_surname(written))
    named = [(*own, *(readings[0] for readings in spoken[len(own) :]))] if own else []
    return tuple(dict.fromkeys((*named, *islice(product(*spoken), _MOST_READINGS))))


@lru_cache(maxsize=8192)
def _of_character(character: str, place: int) -> tuple[str, ...]:
    """The readings of one character, the usual one first, ü as v: several for a surname and for what given names speak in two ways."""
    [usual] = pinyin(character, style=Style.NORMAL, v_to_u=False)
    if place and character not in _SPOKEN_TWICE:
        return (_LETTERS.sub("", usual[0]) or "x",)
    [others] = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)
    known = dict.fromkeys(filter(None, (_LETTERS.sub("", reading) for reading in (*usual, *others))))
    return tuple(islice(known, 3)) or ("x",)
