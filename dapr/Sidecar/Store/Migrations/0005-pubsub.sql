-- Durable pub/sub. A bus is the name of a pubsub component. A message is kept until each consumer that was subscribed when it was
-- published has handled it.
CREATE TABLE pubsub_subscriptions (
    bus      TEXT NOT NULL,
    topic    TEXT NOT NULL,
    consumer TEXT NOT NULL,         -- an app's id
    PRIMARY KEY (bus, topic, consumer)
) WITHOUT ROWID;

CREATE TABLE pubsub_messages (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    bus          TEXT NOT NULL,
    topic        TEXT NOT NULL,
    payload      BLOB NOT NULL,
    content_type TEXT NOT NULL,
    published    INTEGER NOT NULL,  -- unix milliseconds
    expires      INTEGER NOT NULL,  -- unix milliseconds
    checksum     INTEGER NOT NULL   -- of the payload, keyed by bus, topic and content type
);
CREATE INDEX pubsub_messages_by_expiry ON pubsub_messages (bus, topic, expires);

CREATE TABLE pubsub_deliveries (
    bus      TEXT NOT NULL,
    topic    TEXT NOT NULL,
    consumer TEXT NOT NULL,
    message  INTEGER NOT NULL,
    attempts INTEGER NOT NULL,      -- deliveries that the app answered and did not accept
    due      INTEGER NOT NULL,      -- unix milliseconds: not before
    PRIMARY KEY (bus, topic, consumer, message)
) WITHOUT ROWID;
CREATE INDEX pubsub_deliveries_by_due ON pubsub_deliveries (bus, topic, consumer, due);
CREATE INDEX pubsub_deliveries_by_message ON pubsub_deliveries (message);
