CREATE TABLE chatlab_tasks (
    id BIGINT PRIMARY KEY,
    user_id TEXT NOT NULL,
    document TEXT NOT NULL
);

CREATE INDEX chatlab_tasks_of_user ON chatlab_tasks (user_id, id);

CREATE TABLE chatlab_task_numbers (
    latest BIGINT NOT NULL
);

INSERT INTO chatlab_task_numbers VALUES (0);
