-- Entries of state stores. A store is the name of a state component; keys carry their prefix.
CREATE TABLE state (
    store    TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    BLOB NOT NULL,         -- JSON
    etag     TEXT NOT NULL,         -- new with each write
    expires  INTEGER,               -- unix milliseconds; null: never
    checksum INTEGER NOT NULL,      -- of the value, keyed by all other columns
    PRIMARY KEY (store, key)
) WITHOUT ROWID;
CREATE INDEX state_by_expiry ON state (expires) WHERE expires IS NOT NULL;
