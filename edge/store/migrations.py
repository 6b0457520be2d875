"""The tables of `edge.db`, in the order in which they came to be. A migration that was released is never edited; a new one follows it."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("edge")


@migrations()
def m001_journal(db: Database) -> None:
    """The journal of facts with its head, what is read from it, and the boots its times belong to."""
    db.executescript("""
        CREATE TABLE head (                        -- one row: where the journal stands
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch TEXT NOT NULL,
            seq INTEGER NOT NULL,                  -- the last one given
            hash BLOB NOT NULL,                    -- over everything up to it
            acked INTEGER NOT NULL                 -- the centre has committed up to here; what follows is the outbox
        ) STRICT;
        CREATE TABLE journal (
            seq INTEGER PRIMARY KEY,
            prev_hash BLOB NOT NULL,
            kind TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            packed BLOB NOT NULL
        ) STRICT;
        CREATE TABLE quarantined (                 -- kept by the centre, but not understood there
            epoch TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (epoch, seq)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE boots (
            boot INTEGER PRIMARY KEY,              -- 1, 2, 3 …
            id INTEGER NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE passages (
            id INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            person TEXT NOT NULL,
            direction TEXT NOT NULL,
            method TEXT NOT NULL,
            lane TEXT NOT NULL,
            duplicate INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE presence (                    -- each person's last passage that was no duplicate
            person TEXT PRIMARY KEY,
            direction TEXT NOT NULL,
            at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
    """)


@migrations()
def m002_roster(db: Database) -> None:
    """Who may pass, until when, by which cards; templates only of people with a right (A-03)."""
    db.executescript("""
        CREATE TABLE roster (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            version INTEGER NOT NULL,
            hash BLOB NOT NULL,
            header BLOB NOT NULL                   -- wire.RosterHeader, packed
        ) STRICT;
        CREATE TABLE lease (                       -- as last seen: what was left of it, and when
            id INTEGER PRIMARY KEY CHECK (id = 1),
            issued_ms INTEGER NOT NULL,
            left_ms INTEGER NOT NULL,
            boot_id INTEGER NOT NULL,
            mono_ms INTEGER NOT NULL,
            wall_ms INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE rights (
            person TEXT PRIMARY KEY,
            shown_name TEXT NOT NULL,
            team TEXT NOT NULL,
            trade TEXT NOT NULL,
            employer TEXT NOT NULL,
            valid_from_s INTEGER NOT NULL,
            valid_until_s INTEGER,
            face TEXT NOT NULL,
            needs_training INTEGER NOT NULL,
            packed BLOB NOT NULL                   -- wire.RosterEntry without templates: what the roster's hash is over
        ) STRICT;
        CREATE TABLE cards (
            card BLOB PRIMARY KEY,
            person TEXT NOT NULL REFERENCES rights (person) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX cards_person ON cards (person);
        CREATE TABLE ended (
            card BLOB PRIMARY KEY,
            person TEXT NOT NULL,
            cause TEXT NOT NULL,
            at_s INTEGER NOT NULL,
            noted_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE templates (
            person TEXT NOT NULL REFERENCES rights (person) ON DELETE CASCADE,
            engine TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('local', 'relay')),
            sealed BLOB NOT NULL,
            PRIMARY KEY (person, engine, origin)
        ) STRICT;
    """)


@migrations()
def m003_kiosk(db: Database) -> None:
    """What kiosk, gate and sync tell each other: enrolments, questions to the centre, how each process is."""
    db.executescript("""
        CREATE TABLE drafts (
            person TEXT PRIMARY KEY,
            step TEXT NOT NULL,
            data TEXT NOT NULL,
            at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE enrolments (
            id INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            person TEXT NOT NULL,
            engine TEXT NOT NULL,                  -- empty: card only
            shots INTEGER NOT NULL,
            quality INTEGER NOT NULL,
            operator TEXT NOT NULL
        ) STRICT;
        CREATE INDEX enrolments_person ON enrolments (person);
        CREATE TABLE lookups (
            request TEXT PRIMARY KEY,
            card BLOB NOT NULL,
            asked_ms INTEGER NOT NULL,
            answer BLOB                            -- wire.LookupAnswer, packed
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE health (
            process TEXT PRIMARY KEY,
            report TEXT NOT NULL,
            at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
    """)


@migrations()
def m004_copies(db: Database) -> None:
    """Sealed copies for other boxes, until the centre has them: never in the journal, gone with the right."""
    db.executescript("""
        CREATE TABLE copies (
            epoch TEXT NOT NULL,                   -- of the enrolment's fact
            seq INTEGER NOT NULL,
            person TEXT NOT NULL REFERENCES rights (person) ON DELETE CASCADE,
            box TEXT NOT NULL,                     -- whom it is sealed to
            sealed BLOB NOT NULL,
            PRIMARY KEY (epoch, seq, box)
        ) STRICT;
        CREATE INDEX copies_person ON copies (person);
    """)


@migrations()
def m005_local_words(db: Database) -> None:
    """What was said here and the centre may not have heard yet: which enrolment it was, and cards bound at this kiosk."""
    db.executescript("""
        ALTER TABLE enrolments ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
        CREATE TABLE bound_cards (
            card BLOB PRIMARY KEY,
            person TEXT NOT NULL,
            bound INTEGER NOT NULL,
            epoch TEXT NOT NULL,
            seq INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
    """)


@migrations()
def m006_hand_asks(db: Database) -> None:
    """What somebody at the kiosk asks of the gate with their own hand and name, and what came of it."""
    db.executescript("""
        CREATE TABLE hand_asks (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,                    -- admit, open, close
            person TEXT NOT NULL,
            method TEXT NOT NULL,
            operator TEXT NOT NULL,
            why TEXT NOT NULL,
            boot INTEGER NOT NULL,
            asked_mono_ms INTEGER NOT NULL,
            answer TEXT                            -- NULL until the gate has acted; then '' or a code
        ) STRICT;
    """)


@migrations()
def m007_twins(db: Database) -> None:
    """People whose faces are taken for each other, as the kiosk found: they show a card beside the face."""
    db.executescript("""
        CREATE TABLE twins (
            person TEXT PRIMARY KEY REFERENCES rights (person) ON DELETE CASCADE,
            other TEXT NOT NULL REFERENCES rights (person) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
    """)


@migrations()
def m008_used_codes(db: Database) -> None:
    """Signed codes that have opened here, and until when they open no second time the same way."""
    db.executescript("""
        CREATE TABLE used_codes (
            person TEXT NOT NULL,
            signer TEXT NOT NULL,
            over_s INTEGER NOT NULL,               -- the three by which a signed code is known
            direction TEXT NOT NULL,
            until_s INTEGER NOT NULL,
            seq INTEGER NOT NULL,                  -- the fact that it opened by
            PRIMARY KEY (person, signer, over_s, direction)
        ) STRICT, WITHOUT ROWID;
    """)


@migrations()
def m009_passage_epochs(db: Database) -> None:
    """Which sequence a passage's number is of, so that those after a number that the centre names are found at once."""
    db.executescript("""
        ALTER TABLE passages ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
        CREATE INDEX passages_number ON passages (epoch, seq);
    """)
