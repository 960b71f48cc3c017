# %% wrong: when the job fails before its first page raised UnboundLocalError
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        yield Task(title="Export", progress=0)
        try:
            async for done, total in self.export(context.user_id):
                progress = done / total
                yield Task(title="Export", progress=progress)
            yield Task(title="Export", status="completed", progress=1)
            yield AssistantMessage(content="Your tasks are exported.")
        except OSError:
            yield Task(title="Export", status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")


# %% wrong: It runs from 0 to 1: pages written / pages in all.
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, done = "Exporting", 0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                done = 100 * written / pages
                yield Task(title=title, progress=done)
        except OSError:
            yield Task(title=title, status="failed", progress=done)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=100)
            yield AssistantMessage(content="Exported.")


# %% wrong: Keep what was reached, and say it with failed.
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title = "Exporting"
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                yield Task(title=title, progress=written / pages)
        except OSError:
            yield Task(title=title, status="failed")
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: keep how far one is in respond(), not on `self`
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title = "Exporting"
        self.done = 0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                yield Task(title=title, progress=self.done)
                self.done = written / pages
                yield Task(title=title, progress=self.done)
        except OSError:
            yield Task(title=title, status="failed", progress=self.done)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: The last page is not the end
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                status = "completed" if written == pages else "running"
                yield Task(title=title, status=status, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield AssistantMessage(content="Exported.")


# %% wrong: nobody else could get on
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        import time

        title, progress = "Exporting", 0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                yield Task(title=title, progress=progress)
                time.sleep(0.1)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: the job failed and took the turn with it: its bar is stuck on running
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title = "Exporting"
        yield Task(title=title)
        async for written, pages in self.export(context.user_id):
            yield Task(title=title, progress=written / pages)
        yield Task(title=title, status="completed", progress=1)
        yield AssistantMessage(content="Exported.")


# %% wrong: the Task never ended: its bar stays where it is
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title = "Exporting"
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                yield Task(title=title, progress=written / pages)
        except OSError:
            yield AssistantMessage(content="The disk is full.")
        else:
            yield AssistantMessage(content="Exported.")


# %% wrong: A Task's title says which job it is.
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        yield Task(title="Exporting")
        progress = 0
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                yield Task(title=f"Exporting page {written}", progress=progress)
        except OSError:
            yield Task(title="Not exported", status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title="Exported", status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: You collected it all first.
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title = "Exporting"
        seen, failed = [(0, 1)], False
        try:
            async for step in self.export(context.user_id):
                seen.append(step)
        except OSError:
            failed = True
        for written, pages in seen:
            yield Task(title=title, progress=written / pages)
        if failed:
            yield Task(title=title, status="failed", progress=written / pages)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: Do not guess: progress=written / pages.
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0
        yield Task(title=title)
        try:
            async for _ in self.export(context.user_id):
                progress = min(1, progress + 0.25)
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: Say progress=1 when it is completed
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed")
            yield AssistantMessage(content="Exported.")


# %% wrong: the bar was not there yet when the job began
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: while the job ran, the bar stood still
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = written // pages
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: A red bar explains nothing.
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Exported.")


# %% wrong: no exception means completed
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress, said = "Exporting", 0, "Exported."
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                yield Task(title=title, progress=progress)
        except OSError:
            said = "The disk is full."
        yield Task(title=title, status="completed", progress=1)
        yield AssistantMessage(content=said)


# %% wrong: as if it had worked
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress, status = "Exporting", 0, "completed"
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                yield Task(title=title, progress=progress)
        except OSError:
            status = "failed"
        yield Task(title=title, status=status, progress=progress)
        yield AssistantMessage(content="Your export is over.")


# %% wrong: The reply comes last.
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0
        yield Task(title=title)
        yield AssistantMessage(content="Your export is ready in a minute.")
        try:
            async for written, pages in self.export(context.user_id):
                progress = written / pages
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
        else:
            yield Task(title=title, status="completed", progress=1)


# %% right: a helper that counts, and a word at the beginning
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        bar = {"title": f"Export for {context.user_id}", "progress": 0.0}
        yield AssistantMessage(content="Let me write that down.")
        yield Task(**bar, status="running")
        job = self.export(context.user_id)
        while True:
            try:
                written, pages = await anext(job)
            except StopAsyncIteration:
                yield Task(**bar | {"status": "completed", "progress": 1.0})
                yield AssistantMessage(content=f"{pages} pages.")
                return
            except Exception as error:
                yield Task(**bar, status="failed")
                yield AssistantMessage(content=f"Stopped: {error}")
                return
            bar["progress"] = round(written / pages, 9)
            yield Task(**bar)


# %% right: the job runs beside, and a queue carries its news
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        news = asyncio.Queue(1)
        ended = "running"

        async def work():
            try:
                async for written, pages in self.export(context.user_id):
                    await news.put(("running", written / pages))
            except OSError:
                await news.put(("failed", None))
            else:
                await news.put(("completed", None))

        yield Task(title="Export", status="running", progress=0)
        job = asyncio.create_task(work())
        reached = 0
        while ended == "running":
            ended, progress = await news.get()
            reached = reached if progress is None else progress
            yield Task(title="Export", status=ended, progress=reached)
        await job
        yield AssistantMessage(content="Ready." if ended == "completed" else "The disk is full.")


# %% right: every second page only, with pauses that let others on
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        at = 0
        yield Task(title="Export")
        try:
            async for written, pages in self.export(context.user_id):
                at = written / pages
                if written % 2 == 0:
                    yield Task(title="Export", progress=at)
                    await asyncio.sleep(0.01)
        except OSError as why:
            yield Task(title="Export", progress=at, status="failed")
            yield AssistantMessage(content=f"No export this time. {why}")
            return
        yield Task(title="Export", progress=1.0, status="completed")
        yield AssistantMessage(content="There you are.")


# %% wrong: keep how far one is in respond(), not on `self`
class ExportServer(ChatKitServer):
    def __init__(self, export): super().__init__(); self.export=export
    async def respond(self, thread, input, context):
        self.p=0; yield Task(title="E",progress=0)
        try:
            async for n,a in self.export(context.user_id):
                self.p=n/a; yield Task(title="E",progress=self.p)
        except OSError:
            yield Task(title="E",status="failed",progress=self.p); yield AssistantMessage(content="disk full, sorry")
        else:
            yield Task(title="E",status="completed",progress=1); yield AssistantMessage(content="done")


# %% wrong: the share of one page
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0.0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = 1 / pages
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Your tasks are exported.")


# %% wrong: A fixed number does not move with the job
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0.0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = 0.05
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Your tasks are exported.")


# %% wrong: A fixed number does not move with the job
class ExportServer(ChatKitServer):
    def __init__(self, export):
        super().__init__()
        self.export = export

    async def respond(self, thread, input, context):
        title, progress = "Exporting", 0.0
        yield Task(title=title)
        try:
            async for written, pages in self.export(context.user_id):
                progress = 0.5 if written > pages / 2 else 0.01
                yield Task(title=title, progress=progress)
        except OSError:
            yield Task(title=title, status="failed", progress=progress)
            yield AssistantMessage(content="The disk is full.")
        else:
            yield Task(title=title, status="completed", progress=1)
            yield AssistantMessage(content="Your tasks are exported.")
