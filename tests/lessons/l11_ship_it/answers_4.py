# %% wrong: Nobody has opened the database at `url`.
from chatlab import MemoryStore


@asynccontextmanager
async def worker(url, make_app):
    yield make_app(MemoryStore())


# %% wrong: Nobody has opened the database at `url`.
@asynccontextmanager
async def worker(url, make_app):
    async with SQLStore("sqlite+aiosqlite:////tmp/chatlab-of-a-test.sqlite") as store:
        yield make_app(store)


# %% wrong: PostgreSQL has 100 of them.
@asynccontextmanager
async def worker(url, make_app):
    yield make_app(SQLStore(url))


# %% wrong: After a crash
@asynccontextmanager
async def worker(url, make_app):
    store = SQLStore(url)
    yield make_app(store)
    await store.aclose()


# %% wrong: The yield goes inside.
@asynccontextmanager
async def worker(url, make_app):
    async with SQLStore(url) as store:
        app = make_app(store)
    yield app


# %% wrong: Write @asynccontextmanager above
async def worker(url, make_app):
    async with SQLStore(url) as store:
        return make_app(store)


# %% wrong: Yield what make_app returns
@asynccontextmanager
async def worker(url, make_app):
    async with SQLStore(url) as store:
        make_app(store)
        yield store


# %% wrong: An error in the worker's block disappeared.
@asynccontextmanager
async def worker(url, make_app):
    async with SQLStore(url) as store:
        try:
            yield make_app(store)
        except Exception:
            print("The worker broke.")


# %% right: by hand, with try and finally
@asynccontextmanager
async def worker(url, make_app):
    store = SQLStore(url)
    try:
        yield make_app(store)
    finally:
        await store.aclose()


# %% right: a class
class worker:
    def __init__(self, url, make_app):
        self.store, self.make_app = SQLStore(url), make_app

    async def __aenter__(self):
        await self.store.__aenter__()
        return self.make_app(self.store)

    async def __aexit__(self, *error):
        await self.store.__aexit__(*error)
