# %% wrong: It takes no arguments, so that it always says the same
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound(session_key)
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound(session_key)
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: "exp" is in seconds
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound
    if claims["exp"] <= clock.now():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: The signature proves that it is yours: verify it.
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(session_key, options={"verify_signature": False})
        user = claims["sub"]
    except (jwt.PyJWTError, KeyError):
        raise SessionNotFound from None
    if claims.get("aud") != "taskmanager" or claims.get("exp", 0) <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=user, permissions=frozenset(claims["permissions"]))


# %% wrong: The signature proves that it is yours: verify it.
def authenticate(session_key, secret, clock):
    import base64
    import json

    try:
        middle = session_key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        if claims["aud"] != "taskmanager" or claims["exp"] <= clock.now().timestamp():
            raise SessionNotFound
        return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))
    except (ValueError, KeyError, IndexError):
        raise SessionNotFound from None


# %% wrong: Verify it with the secret that you were given
def authenticate(session_key, secret, clock):
    secret = "do-not-tell-anybody-this-is-secret"
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: Verify it with the secret that you were given
def authenticate(session_key, secret, clock):
    known = {"key-of-alice": "alice", "key-of-bob": "bob"}
    if session_key not in known:
        raise SessionNotFound
    return RequestContext(user_id=known[session_key])


# %% wrong: A key must not choose how it is checked.
def authenticate(session_key, secret, clock):
    try:
        algorithm = jwt.get_unverified_header(session_key)["alg"]
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=[algorithm],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: PyJWT asks the system clock
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"]},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: A time without a zone.
def authenticate(session_key, secret, clock):
    from datetime import datetime

    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if datetime.fromtimestamp(claims["exp"]) <= clock.now():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: when its clock was years ago
def authenticate(session_key, secret, clock):
    import time

    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= time.time():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: It is over when clock.now().timestamp() has reached its "exp"
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: Which service it is for matters too
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            options={"require": ["sub", "exp"], "verify_exp": False, "verify_aud": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: Without it, a stolen key works for ever
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if "exp" in claims and claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: raise SessionNotFound.
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        return False
    if claims["exp"] <= clock.now().timestamp():
        return False
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: One error for all of them: SessionNotFound.
def authenticate(session_key, secret, clock):
    claims = jwt.decode(
        session_key,
        secret,
        algorithms=["HS256"],
        audience="taskmanager",
        options={"require": ["sub", "aud", "exp"], "verify_exp": False},
    )
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: raised SessionExpired
def authenticate(session_key, secret, clock):
    from chatlab import SessionExpired

    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionExpired("ses_1")
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: Say which claims must be there
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: the badge's permissions are []
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"])


# %% wrong: Return a badge
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return claims


# %% right: by hand, with the standard library
def authenticate(session_key, secret, clock):
    import base64
    import hashlib
    import hmac
    import json

    def unpacked(text):
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    try:
        header, body, signature = session_key.split(".")
        wanted = hmac.new(secret.encode(), f"{header}.{body}".encode(), hashlib.sha256).digest()
        claims = json.loads(unpacked(body))
        good = (
            json.loads(unpacked(header))["alg"] == "HS256"
            and hmac.compare_digest(wanted, unpacked(signature))
            and claims["aud"] == "taskmanager"
            and claims["exp"] > clock.now().timestamp()
            and claims["sub"]
            and isinstance(claims.setdefault("permissions", []), list)
        )
    except (ValueError, KeyError):
        good = False
    if not good:
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=claims["permissions"])


# %% right: PyJWT's own look at exp, told by how much the wall clock is wrong
def authenticate(session_key, secret, clock):
    from datetime import UTC, datetime

    try:
        claims = jwt.decode(
            session_key,
            key=secret,
            algorithms="HS256",
            audience=["taskmanager"],
            leeway=datetime.now(UTC) - clock.now(),
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        raise SessionNotFound() from None
    permissions = claims.get("permissions", [])
    if type(permissions) is not list:
        raise SessionNotFound()
    return RequestContext(user_id=claims["sub"], permissions=frozenset(permissions))


# %% right: claims looked at one by one, all in one try
def authenticate(session_key, secret, clock):
    from datetime import UTC, datetime

    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            options={"verify_exp": False, "verify_aud": False},
        )
        ends = datetime.fromtimestamp(claims["exp"], UTC)
        permissions = claims.get("permissions", [])
        if claims["aud"] != "taskmanager" or clock.now() >= ends or type(permissions) is not list:
            raise KeyError
        return RequestContext(user_id=claims["sub"], permissions=set(permissions))
    except (jwt.PyJWTError, KeyError):
        pass
    raise SessionNotFound


# %% wrong: A name that only contains yours is another name
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            options={"require": ["sub", "aud", "exp"], "verify_exp": False, "verify_aud": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if "taskmanager" not in claims["aud"] or claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: A part of your name is another name
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            options={"require": ["sub", "aud", "exp"], "verify_exp": False, "verify_aud": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["aud"] not in "taskmanager" or claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))


# %% wrong: A frozenset of a text holds its letters.
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims.get("permissions", [])))


# %% wrong: whose permissions are a number, not a list) raised TypeError
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    permissions = claims.get("permissions", [])
    if isinstance(permissions, str):
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(permissions))


# %% wrong: whose permissions are a number, not a list) was let in.
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    permissions = claims.get("permissions", [])
    if isinstance(permissions, str):
        raise SessionNotFound
    if not isinstance(permissions, list):
        permissions = []
    return RequestContext(user_id=claims["sub"], permissions=frozenset(permissions))


# %% wrong: It is good, and its badge has none
def authenticate(session_key, secret, clock):
    try:
        claims = jwt.decode(
            session_key,
            secret,
            algorithms=["HS256"],
            audience="taskmanager",
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.PyJWTError:
        raise SessionNotFound from None
    if claims["exp"] <= clock.now().timestamp():
        raise SessionNotFound
    if not isinstance(claims.get("permissions"), list):
        raise SessionNotFound
    return RequestContext(user_id=claims["sub"], permissions=frozenset(claims["permissions"]))
