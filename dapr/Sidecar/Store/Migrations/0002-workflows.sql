-- Workflows: instances and the log of their events (docs/decisions/0016-sidecar-workflow-store.md). Times are .NET ticks, UTC.

-- Counts the times that the store was opened: positions and keys of a later time are greater.
CREATE TABLE workflow_epoch (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL
);
INSERT INTO workflow_epoch (id, epoch) VALUES (1, 0);

-- One row an instance. A new execution (continue-as-new, an id used again) has a new key.
CREATE TABLE workflow_instances (
    execution_key       INTEGER PRIMARY KEY,
    app_id              TEXT NOT NULL,
    instance_id         TEXT NOT NULL,
    execution_id        TEXT NOT NULL,
    name                TEXT NOT NULL,
    status              INTEGER NOT NULL,   -- OrchestrationStatus: PENDING, RUNNING or a terminal one
    suspended           INTEGER NOT NULL,
    stalled_reason      INTEGER,            -- StalledReason; -1: rows that could not be read
    stalled_description TEXT,
    created             INTEGER NOT NULL,
    updated             INTEGER NOT NULL,
    started             INTEGER,
    completed           INTEGER,
    custom_status       TEXT,
    parent_app_id       TEXT,
    parent_instance_id  TEXT,
    turn                INTEGER NOT NULL,   -- completed turns; the guard of every completion
    consumed            INTEGER NOT NULL,   -- events up to this position belong to completed turns
    cascade             INTEGER NOT NULL,   -- 1 while children are still to be terminated
    checksum            INTEGER NOT NULL,
    UNIQUE (app_id, instance_id)
);

CREATE INDEX workflow_instances_open ON workflow_instances (execution_key) WHERE completed IS NULL OR cascade = 1;

-- What came to an execution from outside, in order of arrival: its start (position 0), results, fired timers, raised events; and its end.
CREATE TABLE workflow_events (
    execution_key INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    event         BLOB NOT NULL,            -- HistoryEvent
    checksum      INTEGER NOT NULL,
    PRIMARY KEY (execution_key, position)
) WITHOUT ROWID;

-- What a completed turn added: its WorkflowStarted and the events of its actions. It consumed the events up to a position.
CREATE TABLE workflow_turns (
    execution_key INTEGER NOT NULL,
    turn          INTEGER NOT NULL,
    consumed      INTEGER NOT NULL,
    events        BLOB NOT NULL,            -- GetInstanceHistoryResponse
    checksum      INTEGER NOT NULL,
    PRIMARY KEY (execution_key, turn)
) WITHOUT ROWID;

-- Timers that wait: those of turns (id >= 0), a start at a later time (-1), the end of retention (-2).
CREATE TABLE workflow_timers (
    execution_key INTEGER NOT NULL,
    timer_id      INTEGER NOT NULL,
    app_id        TEXT NOT NULL,
    instance_id   TEXT NOT NULL,
    due           INTEGER NOT NULL,
    PRIMARY KEY (execution_key, timer_id)
) WITHOUT ROWID;
