CREATE TABLE chatlab_users (
    user_id TEXT PRIMARY KEY,
    threads_made BIGINT NOT NULL
);

CREATE TABLE chatlab_threads (
    user_id TEXT NOT NULL,
    id TEXT NOT NULL,
    place BIGINT NOT NULL,
    items_made BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (user_id, id),
    UNIQUE (user_id, place)
);

CREATE TABLE chatlab_items (
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (user_id, thread_id, place),
    UNIQUE (user_id, thread_id, id),
    FOREIGN KEY (user_id, thread_id) REFERENCES chatlab_threads (user_id, id) ON DELETE CASCADE
);

CREATE TABLE chatlab_turns (
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    owner BIGINT NOT NULL,
    PRIMARY KEY (user_id, thread_id)
);

CREATE TABLE chatlab_keys (
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    document TEXT NOT NULL,
    item_ids TEXT NOT NULL,
    PRIMARY KEY (user_id, key)
);

CREATE INDEX chatlab_keys_of_thread ON chatlab_keys (user_id, thread_id);
