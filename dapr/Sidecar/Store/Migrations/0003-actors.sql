-- Actors: their state, and reminders that outlive the process.
CREATE TABLE actor_state (
    type     TEXT NOT NULL,
    id       TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    BLOB,               -- JSON as the app wrote it; NULL: the row was damaged, its bytes are in quarantine
    expires  INTEGER,            -- unix milliseconds; NULL: never
    checksum INTEGER NOT NULL,   -- of value, bound to type, id, key and expires
    PRIMARY KEY (type, id, key)
) WITHOUT ROWID;

CREATE INDEX actor_state_expires ON actor_state (expires) WHERE expires IS NOT NULL;

CREATE TABLE actor_reminders (
    type     TEXT NOT NULL,
    id       TEXT NOT NULL,
    name     TEXT NOT NULL,
    payload  BLOB NOT NULL,      -- JSON: what was registered, and what is left of its schedule
    checksum INTEGER NOT NULL,   -- of payload, bound to type, id and name
    PRIMARY KEY (type, id, name)
) WITHOUT ROWID;
