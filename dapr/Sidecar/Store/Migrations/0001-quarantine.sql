-- Rows that could not be read: kept for a person to look at, never looked at again by the program.
CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,      -- the table
    key         TEXT NOT NULL,      -- the row's key, as text
    reason      TEXT NOT NULL,
    payload     BLOB,
    quarantined INTEGER NOT NULL    -- unix milliseconds
);
