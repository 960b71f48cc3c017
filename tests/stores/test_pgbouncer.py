"""A pooler between SQLStore and PostgreSQL: one that keeps sessions is used, another refused."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from requirements import require_or_skip
from sqlalchemy import make_url

from chatlab import AssistantMessage, ChatKitServer, RequestContext, SQLStore, StoreError
from chatlab.testing import collect

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

ALICE = RequestContext(user_id="alice-behind-a-pooler")
PORT = 6432


class Echo(ChatKitServer):
    """Says what was said."""

    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input.content)


def url_through_pooler(folder, mode, postgres_url):
    """Write PgBouncer's configuration for this mode into the folder; the URL to use then."""
    url = make_url(postgres_url)
    server = {"host": url.query.get("host") or url.host, "port": url.query.get("port") or url.port}
    server |= {"user": url.username, "password": url.password}
    words = " ".join(f"{name}={value}" for name, value in server.items() if value)
    settings = {"listen_port": PORT, "unix_socket_dir": folder, "pool_mode": mode}
    settings |= {"auth_type": "any", "auth_file": folder / "users.txt", "logfile": folder / "log"}
    lines = [f"{name} = {value}" for name, value in settings.items()]
    (folder / "users.txt").write_text(f'"{url.username}" ""\n')
    (folder / "pgbouncer.ini").write_text(
        "\n".join(["[databases]", f"{url.database} = {words}", "[pgbouncer]", *lines, ""])
    )
    query = {"host": str(folder), "port": str(PORT)}
    return url.set(host=None, port=None, query=query).render_as_string(hide_password=False)


@pytest.fixture
def pooled_url(request, postgres_url):
    """The database's URL through PgBouncer, in the mode of the test's parameter."""
    pgbouncer = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if pgbouncer is None:
        require_or_skip("PgBouncer is not installed; on Debian: apt-get install pgbouncer")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    owner = {"user": "postgres"} if as_root else {}
    # A socket's path is short, and a user who is not root has to be able to enter the folder.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="chatlab-pooler-") as name:
        folder = Path(name)
        url = url_through_pooler(folder, request.param, postgres_url)
        if as_root:
            shutil.chown(folder, "postgres")
        with subprocess.Popen([pgbouncer, "-q", folder / "pgbouncer.ini"], **owner) as pooler:
            try:
                while not (folder / f".s.PGSQL.{PORT}").exists():
                    assert pooler.poll() is None, (folder / "log").read_text()
                    time.sleep(0.02)
                yield url
            finally:
                pooler.terminate()


@pytest.mark.parametrize("pooled_url", ["transaction", "statement"], indirect=True)
async def test_a_pooler_that_shares_connections_is_refused(pooled_url):
    with pytest.raises(StoreError, match="pool_mode = session"):
        async with SQLStore(pooled_url) as store:
            await collect(Echo(store).send("hello", ALICE))


@pytest.mark.parametrize("pooled_url", ["session"], indirect=True)
async def test_a_pooler_that_keeps_sessions_is_as_good_as_the_server(pooled_url):
    async with SQLStore(pooled_url) as store:
        assert (await collect(Echo(store).send("hello", ALICE)))[-1].type == "thread_updated"
