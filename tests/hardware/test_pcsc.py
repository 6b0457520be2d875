"""PC/SC on a real pcscd with a virtual card; what a card's number may be and how others show it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.card_reader import ChipKind, ChipSeen
from hardware.card_reader.pcsc import PcscReader
from hardware.card_reader.uid import Shown, checked, kind_of, shown
from hardware.errors import (
    CardError,
    CardNumberRandom,
    CardUnreadable,
    DeviceError,
    DeviceMissing,
    DeviceTimeout,
    DeviceUnplugged,
    NoCard,
    WrongCard,
)
from tests.parts.pcscd import BANK_CARD, DESFIRE, ID_CARD, MIFARE_1K, NAME, NTAG, Pcscd

UID4, UID7, CHIP = bytes.fromhex("A1B2C3D4"), bytes.fromhex("04112233445566"), bytes.fromhex("0102030405060708")
LONG_S = 15.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pcscd]:
    service = Pcscd(tmp_path_factory.mktemp("pcscd"))
    service.start()
    yield service
    service.close()


@pytest.fixture
def reader(service: Pcscd) -> Iterator[PcscReader]:
    reader = PcscReader()
    yield reader
    service.clear()
    _until(reader, NoCard)
    reader.close()


def _until(reader: PcscReader, wanted: type[DeviceError] | ChipSeen) -> None:
    """Looks until this is what the reader says; the service itself looks at its readers a few times a second only."""
    end = time.monotonic() + LONG_S
    said: DeviceError | ChipSeen | None = None
    same = "the same card still lies there"
    while time.monotonic() < end:
        try:
            said = reader.read()
        except DeviceError as fault:
            said = fault
        if said == wanted or (isinstance(wanted, type) and type(said) is wanted and same not in str(said)):
            return
        time.sleep(0.05)
    raise AssertionError(f"{said!r} in the end, not {wanted}")


@pytest.mark.parametrize(
    ("atr", "uid", "chip", "seen"),
    [
        (NTAG, UID7, b"", ChipSeen(ChipKind.ULTRALIGHT, UID7)),
        (DESFIRE, UID7, b"", ChipSeen(ChipKind.DESFIRE, UID7)),
        (ID_CARD, bytes(4), CHIP, ChipSeen(ChipKind.ID_CARD, CHIP)),
    ],
    ids=["ntag", "desfire", "identity card"],
)
def test_a_card_is_known_by_its_number(service: Pcscd, reader: PcscReader, atr: bytes, uid: bytes, chip: bytes, seen: ChipSeen) -> None:
    service.lay(atr, uid, chip)
    _until(reader, seen)


def test_a_card_is_handed_out_once_each_time_it_is_laid(service: Pcscd, reader: PcscReader) -> None:
    for _ in range(2):
        card = service.lay(MIFARE_1K, UID4)
        _until(reader, ChipSeen(ChipKind.MIFARE_CLASSIC, UID4))
        with pytest.raises(NoCard, match="same card"):
            reader.read()
        card.lift()
        _until(reader, NoCard)


def test_a_card_that_lay_there_at_the_start_is_seen(service: Pcscd, reader: PcscReader) -> None:
    first = PcscReader()
    card = service.lay(MIFARE_1K, UID4)
    _until(first, ChipSeen(ChipKind.MIFARE_CLASSIC, UID4))
    first.close()
    assert reader.read() == ChipSeen(ChipKind.MIFARE_CLASSIC, UID4)
    card.lift()


@pytest.mark.parametrize(
    ("atr", "uid", "error"),
    [
        (DESFIRE, bytes.fromhex("08112233"), CardNumberRandom),
        (BANK_CARD, UID4, WrongCard),
        (NTAG, b"", CardUnreadable),
        (ID_CARD, UID4, CardUnreadable),
        (MIFARE_1K, bytes(4), CardUnreadable),
    ],
    ids=["random number", "bank card", "silent ntag", "identity card without its number", "zeros"],
)
def test_a_card_that_cannot_be_known_again_is_refused_with_its_cause(
    service: Pcscd, reader: PcscReader, atr: bytes, uid: bytes, error: type[CardError]
) -> None:
    card = service.lay(atr, uid)
    _until(reader, error)
    card.lift()
    _until(reader, NoCard)


def test_the_reader_says_its_name_and_is_found_by_a_part_of_it(service: Pcscd, reader: PcscReader) -> None:
    assert reader.identify().startswith(NAME)
    with pytest.raises(DeviceMissing):
        PcscReader("another maker").read()
    named = PcscReader("gongmen")
    assert named.identify().startswith(NAME)
    named.close()
    named.close()


def test_a_restarted_service_is_no_reason_to_restart_anything_else(service: Pcscd, reader: PcscReader) -> None:
    card = service.lay(MIFARE_1K, UID4)
    _until(reader, ChipSeen(ChipKind.MIFARE_CLASSIC, UID4))
    service.stop()
    card.lift()
    _until(reader, DeviceMissing)
    service.start()
    _until(reader, NoCard)
    card = service.lay(NTAG, UID7)
    _until(reader, ChipSeen(ChipKind.ULTRALIGHT, UID7))
    card.lift()


def test_a_card_that_hangs_is_told_in_time_and_read_when_it_wakes(service: Pcscd) -> None:
    reader = PcscReader(answer_s=0.2)
    card = service.lay(MIFARE_1K, UID4, hangs=True)
    _until(reader, DeviceTimeout)
    with pytest.raises(DeviceTimeout):
        reader.read()
    card.wake()
    _until(reader, ChipSeen(ChipKind.MIFARE_CLASSIC, UID4))
    card.lift()
    _until(reader, NoCard)
    reader.close()


def test_a_card_lifted_while_it_is_read_is_no_card_or_a_weak_one(service: Pcscd, reader: PcscReader) -> None:
    card = service.lay(MIFARE_1K, UID4, hangs=True)
    end = time.monotonic() + LONG_S
    quick = PcscReader(answer_s=0.2)
    _until(quick, DeviceTimeout)
    card.lift()
    while time.monotonic() < end:
        try:
            raise AssertionError(quick.read())
        except NoCard:
            break
        except (CardUnreadable, DeviceTimeout, DeviceUnplugged):
            time.sleep(0.05)
    quick.close()


@pytest.mark.parametrize(
    ("atr", "kind"),
    [
        ("3B8F8001804F0CA000000306030001000000006A", ChipKind.MIFARE_CLASSIC),
        ("3B8F8001804F0CA0000003060300020000000069", ChipKind.MIFARE_CLASSIC),
        ("3B8F8001804F0CA0000003060300030000000068", ChipKind.ULTRALIGHT),
        ("3B8180018080", ChipKind.DESFIRE),
        ("3B888001D103860C0080800051", ChipKind.ID_CARD),
        ("3B8F8001804F0CA00000030603F00400000000FF", None),
        ("3B8F8001804F0CA00000030603", None),
        ("3B6500009C02020702", None),
        ("", None),
    ],
)
def test_a_cards_kind_is_told_by_its_atr(atr: str, kind: ChipKind | None) -> None:
    assert kind_of(bytes.fromhex(atr)) is kind


@given(st.binary(max_size=16), st.sampled_from(ChipKind))
def test_any_number_is_kept_whole_or_refused(number: bytes, kind: ChipKind) -> None:
    try:
        assert checked(number, kind) == number
    except CardError:
        return
    assert any(number)
    assert len(number) in ({8} if kind is ChipKind.ID_CARD else {4, 7, 10})
    assert not (kind is not ChipKind.ID_CARD and len(number) == 4 and number[0] == 8)


def test_other_readers_show_the_same_number_in_their_own_ways() -> None:
    assert {how: shown(UID4, how) for how in Shown} == {
        Shown.HEX: "A1B2C3D4",
        Shown.HEX_REVERSED: "D4C3B2A1",
        Shown.DECIMAL: "2712847316",
        Shown.DECIMAL_REVERSED: "3569595041",
        Shown.WIEGAND_26: "195,45729",
        Shown.WIEGAND_34: "54467,45729",
    }


def test_a_card_does_not_print_its_number() -> None:
    assert repr(ChipSeen(ChipKind.DESFIRE, UID7)) == "ChipSeen(desfire, 7 B)"
