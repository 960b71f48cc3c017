# %% wrong: `raise`, where you wrote `return`
def require(context, permission):
    if permission not in context.permissions:
        return PermissionDenied(permission, context.user_id)


# %% wrong: an error cannot: raise PermissionDenied
def require(context, permission):
    return permission in context.permissions


# %% wrong: not what they may do
def require(context, permission):
    if not context.user_id:
        raise PermissionDenied(permission, context.user_id)


# %% wrong: A name is not a permission
def require(context, permission):
    if context.user_id != "admin" and permission not in context.permissions:
        raise PermissionDenied(permission, context.user_id)


# %% wrong: Look for exactly this one in the set
def require(context, permission):
    if permission not in " ".join(context.permissions):
        raise PermissionDenied(permission, context.user_id)


# %% wrong: Look for exactly this one in the set
def require(context, permission):
    if not any(permission.startswith(one) for one in context.permissions):
        raise PermissionDenied(permission, context.user_id)


# %% wrong: not what they may do
def require(context, permission):
    if not context.permissions:
        raise PermissionDenied(permission, context.user_id)


# %% wrong: we know the user, and they may not
def require(context, permission):
    if permission not in context.permissions:
        raise NotFoundError("permission", permission)


# %% wrong: Raise chatlab's PermissionDenied
def require(context, permission):
    if permission not in context.permissions:
        raise PermissionError(f"{context.user_id} may not {permission}")


# %% wrong: The other way round
def require(context, permission):
    if permission not in context.permissions:
        raise PermissionDenied(context.user_id, permission)


# %% wrong: raised PermissionDenied, but the badge has it
def require(context, permission):
    if permission in context.permissions:
        raise PermissionDenied(permission, context.user_id)


# %% wrong: raised PermissionDenied, but the badge has it
def require(context, permission):
    if context.permissions != {permission}:
        raise PermissionDenied(permission, context.user_id)


# %% wrong: raised PermissionDenied, but the badge has it
def require(context, permission):
    for one in context.permissions:
        if one != permission:
            raise PermissionDenied(permission, context.user_id)
    if not context.permissions:
        raise PermissionDenied(permission, context.user_id)


# %% right: the kit has it as a method of the badge
def require(context, permission):
    context.require(permission)


# %% right: sets, and an early return
def require(context, permission):
    if {permission} <= context.permissions:
        return
    raise PermissionDenied(user_id=context.user_id, permission=permission)


# %% right: async
async def require(context, permission):
    if not any(one == permission for one in context.permissions):
        raise PermissionDenied(permission, context.user_id)


# %% wrong: it was taken away, and require() still let them through
allowed = set()


def require(context, permission):
    if permission in context.permissions:
        allowed.add((context.user_id, permission))
    if (context.user_id, permission) not in allowed:
        raise PermissionDenied(permission, context.user_id)
