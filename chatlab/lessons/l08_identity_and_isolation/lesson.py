"""Lesson 08: who is asking, what they may do, and whose it is."""

from chatlab.course.catalogue import Lesson, Objective, Part

__all__ = ["LESSON"]

LESSON = Lesson(
    slug="08_identity_and_isolation",
    title="Identity and isolation",
    promise="Bob cannot see Alice's tasks, however he asks.",
    minutes=40,
    objectives=(
        Objective(
            "08.a", "apply", "Verify a signed session key, and refuse all others in the same words."
        ),
        Objective("08.b", "create", "Build tools that reach only the data of whoever is asking."),
        Objective("08.c", "understand", "Distinguish who somebody is from what they may do."),
        Objective("08.d", "evaluate", "Judge a server by attacking it, with canaries as proof."),
    ),
    introduces=(
        "authentication",
        "authorisation",
        "permission",
        "tenant",
        "existence leak",
        "canary",
    ),
    uses=(
        "conversation",
        "Thread",
        "ThreadItem",
        "Store",
        "RequestContext",
        "ChatKitServer",
        "respond()",
        "input",
        "AssistantMessage",
        "session",
        "session key",
    ),
    parts=(
        Part(
            id="08.1",
            title="Whose key is it?",
            subject="authenticate",
            points=3,
            difficulty=2,
            minutes=7,
            objective="08.a",
            hints=(
                "jwt.decode does most of it: it checks the signature, the algorithm and the "
                "audience, if you say which. It cannot know your clock.",
                'Pass algorithms=["HS256"], audience="taskmanager" and options={"verify_exp": '
                'False, "require": ["sub", "aud", "exp"]}. Then compare "exp" with the clock.',
                "try: claims = jwt.decode(...); except jwt.PyJWTError: raise SessionNotFound from "
                'None. Then: if claims["exp"] <= clock.now().timestamp(): raise SessionNotFound. '
                'The same if claims.get("permissions", []) is not a list.',
            ),
            check=f"{__package__}.p1_signed_keys",
        ),
        Part(
            id="08.2",
            title="Four leaks",
            subject="SafeTaskServer",
            points=4,
            difficulty=2,
            minutes=9,
            objective="08.b",
            hints=(
                "Ask of each method: where does its first argument come from, and who says that "
                "it belongs to whoever is asking?",
                "The badge says who is asking: context.user_id. get, list and complete take "
                "it first; self.thread(thread_id, context) gives a conversation to its owner only.",
                "thread = await self.thread(thread_id, context); task = await "
                "self.book.get(context.user_id, int(task_id)); await "
                "self.book.list(context.user_id); await self.book.complete(context.user_id, "
                "int(task_id)). Let NotFoundError out: respond() says it.",
            ),
            check=f"{__package__}.p2_isolation",
        ),
        Part(
            id="08.3",
            title="May they?",
            subject="require",
            points=2,
            difficulty=1,
            minutes=3,
            objective="08.c",
            hints=(
                "The badge has a set of permissions. Is this one in it?",
                "If it is not, raise PermissionDenied. If it is, there is nothing to do.",
                "if permission not in context.permissions: raise PermissionDenied(permission, "
                "context.user_id)",
            ),
            check=f"{__package__}.p3_permissions",
        ),
        Part(
            id="08.4",
            title="Red team",
            subject="attack",
            points=3,
            difficulty=3,
            minutes=8,
            objective="08.d",
            hints=(
                "One attack for each leak. Three of them show you a text that you should not see; "
                "the fourth shows you a difference.",
                "Create a task: its ID tells you Alice's, since numbers count up by one. For the "
                "existence leak, ask for her ID and for one that nobody has, and compare.",
                "if CANARY.search(await say(server, f'Recap {victim_thread_id}', mallory)): "
                "found.add(Leak.THREAD). Before you compare two answers, take the number that you "
                "asked for out of each: answer.replace(str(number), '#').",
            ),
            check=f"{__package__}.p4_find_leaks",
            time_limit=20.0,
        ),
    ),
)
