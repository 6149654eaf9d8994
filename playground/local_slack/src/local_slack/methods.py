"""The Web API methods that it knows, each with the rules and the error codes of Slack's documentation."""

from typing import Final

from local_slack.calls import Call, Method
from local_slack.content import content_of
from local_slack.errors import SlackError
from local_slack.jsonish import JsonObject
from local_slack.limits import limit
from local_slack.payloads import Payloads
from local_slack.state import Channel, Message, User, View


def _auth_test(call: Call) -> JsonObject:
    seed = call.workspace.seed
    return {
        "url": f"{call.queries.base_url}/",
        "team": seed.team.name,
        "user": seed.app.bot_name,
        "team_id": seed.team.id,
        "user_id": seed.app.bot_user_id,
        "bot_id": seed.app.bot_id,
        "is_enterprise_install": False,
    }


# chat


def writable_channel(call: Call, channel_id: str) -> Channel:
    """The channel that the bot may write to; a person's id means the direct message with them."""
    if channel_id in call.workspace.state.users:
        if call.workspace.user(channel_id).deleted or channel_id == call.workspace.bot_id:
            raise SlackError("channel_not_found")
        return call.workspace.direct_message(channel_id)
    channel = call.workspace.channel_for_bot(channel_id)
    if call.workspace.bot_id not in channel.members:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def _post_message(call: Call) -> JsonObject:
    channel = writable_channel(call, call.required("channel"))
    text, blocks = content_of(call.arguments)
    thread_ts = call.text("thread_ts") or None
    if thread_ts is not None:
        _thread_exists(call, channel, thread_ts)
    message = call.workspace.post(channel, text, blocks or [], thread_ts=thread_ts)
    return {"channel": channel.id, "ts": message.ts, "message": _shown(call, message)}


def _thread_exists(call: Call, channel: Channel, thread_ts: str) -> None:
    found = call.workspace.find_message(channel.id, thread_ts)
    if found is None or found.visible_to is not None:
        raise SlackError("thread_not_found")


def _post_ephemeral(call: Call) -> JsonObject:
    channel = writable_channel(call, call.required("channel"))
    user = call.required("user")
    if user not in call.workspace.state.users:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = content_of(call.arguments)
    message = call.workspace.post(channel, text, blocks or [], visible_to=user)
    return {"message_ts": message.ts}


def _own_message(call: Call, refusal: str) -> Message:
    # A person's id is not taken here, unlike in chat.postMessage.
    channel = call.workspace.channel_for_bot(call.required("channel"))
    ts = call.required("ts")
    if channel.is_archived:
        raise SlackError("is_archived")
    message = call.workspace.lasting_message(channel, ts)
    if message.user != call.workspace.bot_id:
        raise SlackError(refusal)
    return message


def _update(call: Call) -> JsonObject:
    message = _own_message(call, "cant_update_message")
    if call.text("text") or call.arguments.get("blocks") is not None:
        text, blocks = content_of(call.arguments, longest_text=limit("message.update_text.max_length"))
    else:
        raise SlackError("no_text")
    # Docs: text without blocks takes the blocks away; blocks without text keep the text for notifications.
    call.workspace.rewrite(message, text or message.text, blocks or [])
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": _shown(call, message)}


def _delete(call: Call) -> JsonObject:
    message = _own_message(call, "cant_delete_message")
    call.workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def _get_permalink(call: Call) -> JsonObject:
    channel = call.workspace.channel_for_bot(call.required("channel"))
    message = call.workspace.lasting_message(channel, call.required("message_ts"))
    return {"channel": channel.id, "permalink": call.queries.permalink(channel.id, message.ts)}


def _shown(call: Call, message: Message) -> JsonObject:
    return Payloads(call.workspace, call.views).message(message)


# views


def _views_open(call: Call) -> JsonObject:
    return _view_answer(call, call.views.open(call.required("trigger_id"), call.json("view")))


def _views_push(call: Call) -> JsonObject:
    return _view_answer(call, call.views.push(call.required("trigger_id"), call.json("view")))


def _views_update(call: Call) -> JsonObject:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if bool(view_id) == bool(external_id):
        raise SlackError("invalid_arguments", ["exactly one of view_id and external_id is required"])
    return _view_answer(call, call.views.update(view_id, external_id, call.json("view"), call.text("hash")))


def _views_publish(call: Call) -> JsonObject:
    return _view_answer(call, call.views.publish(call.required("user_id"), call.json("view"), call.text("hash")))


def _view_answer(call: Call, view: View) -> JsonObject:
    return {"view": call.views.as_slack_sends_it(view)}


# users and conversations


def _users_info(call: Call) -> JsonObject:
    return {"user": user_object(call, call.workspace.user(call.required("user")))}


def _users_list(call: Call) -> JsonObject:
    return call.page_of([user_object(call, user) for user in call.workspace.state.users.values()], "members")


def user_object(call: Call, user: User) -> JsonObject:
    """A person as users.info shows them."""
    team = call.workspace.seed.team
    profile: JsonObject = {"real_name": user.real_name, "display_name": "", "team": team.id}
    if "users:read.email" in call.workspace.seed.app.scopes and not user.is_bot:
        profile["email"] = f"{user.name}@{team.domain}.example"
    return {
        "id": user.id,
        "team_id": team.id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
    }


def channel_object(call: Call, channel: Channel) -> JsonObject:
    """A conversation as conversations.info shows it."""
    if channel.im_user is not None:
        return {"id": channel.id, "is_im": True, "user": channel.im_user, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": call.workspace.bot_id in channel.members,
    }


def _known_channel(call: Call, verb: str) -> Channel:
    """The conversation in the argument `channel`, if the token may read it."""
    channel_id = call.required("channel")
    if channel_id not in call.workspace.state.channels:
        # A token that may read nothing is told so before it learns what exists.
        call.need_scope(*(f"{kind}:{verb}" for kind in ("channels", "groups", "mpim", "im")))
    channel = call.workspace.channel_for_bot(channel_id)
    call.need_scope_for(channel, verb)
    return channel


def _conversations_info(call: Call) -> JsonObject:
    channel = _known_channel(call, "read")
    shown = channel_object(call, channel)
    if call.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def _conversations_members(call: Call) -> JsonObject:
    channel = _known_channel(call, "read")
    # page_of works on objects; the members are wrapped for it and unwrapped again.
    page = call.page_of([{"id": member} for member in channel.members], "members")
    start = page["members"]
    members = [member["id"] for member in start if isinstance(member, dict)] if isinstance(start, list) else []
    return {**page, "members": members}


def _conversations_history(call: Call) -> JsonObject:
    channel = _known_channel(call, "history")
    if call.workspace.bot_id not in channel.members:
        raise SlackError("not_in_channel")
    oldest, latest = call.text("oldest") or "0", call.text("latest")
    inclusive = call.flag("inclusive")
    messages = [
        _shown(call, message)
        for message in reversed(call.workspace.state.messages.get(channel.id, []))
        if message.visible_to is None and _within(message.ts, oldest, latest, inclusive=inclusive)
    ]
    page = call.page_of(messages, "messages")
    metadata = page["response_metadata"]
    more = isinstance(metadata, dict) and bool(metadata.get("next_cursor"))
    return {**page, "has_more": more}


def _within(ts: str, oldest: str, latest: str, *, inclusive: bool) -> bool:
    try:
        moment, first, last = float(ts), float(oldest), float(latest) if latest else float("inf")
    except ValueError as error:
        raise SlackError("invalid_arguments", ["must be a valid timestamp"]) from error
    return first <= moment <= last if inclusive else first < moment < last


def _conversations_list(call: Call) -> JsonObject:
    scopes = {"public_channel": "channels:read", "private_channel": "groups:read", "mpim": "mpim:read", "im": "im:read"}
    wanted = [each.strip() for each in (call.text("types") or "public_channel").split(",")]
    for kind in wanted:
        if kind not in scopes:
            raise SlackError("invalid_types")
        call.need_scope(scopes[kind])
    channels = [
        channel_object(call, channel)
        for channel in call.workspace.state.channels.values()
        if _kind_of(channel) in wanted
        and (not channel.is_private or call.workspace.bot_id in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    return call.page_of(channels, "channels")


def _kind_of(channel: Channel) -> str:
    if channel.im_user is not None:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _conversations_open(call: Call) -> JsonObject:
    if call.text("channel"):
        channel = call.workspace.channel_for_bot(call.text("channel"))
    else:
        users = [each.strip() for each in call.text("users").split(",") if each.strip()]
        if not users:
            raise SlackError("users_list_not_supplied")
        if len(users) > 1:
            raise SlackError("method_not_supported_for_channel_type")
        if users[0] == call.workspace.bot_id:
            raise SlackError("cannot_dm_bot")
        if call.workspace.user(users[0]).deleted:
            raise SlackError("user_disabled")
        channel = call.workspace.direct_message(users[0])
    shown: JsonObject = {"id": channel.id}
    return {"channel": channel_object(call, channel) if call.flag("return_im") else shown}


METHODS: Final[dict[str, Method]] = {
    "auth.test": Method(_auth_test),
    "chat.postMessage": Method(_post_message, ("chat:write",)),
    "chat.postEphemeral": Method(_post_ephemeral, ("chat:write",)),
    "chat.update": Method(_update, ("chat:write",)),
    "chat.delete": Method(_delete, ("chat:write",)),
    "chat.getPermalink": Method(_get_permalink),
    "views.open": Method(_views_open),
    "views.push": Method(_views_push),
    "views.update": Method(_views_update),
    "views.publish": Method(_views_publish),
    "users.info": Method(_users_info, ("users:read",)),
    "users.list": Method(_users_list, ("users:read",)),
    "conversations.info": Method(_conversations_info),
    "conversations.members": Method(_conversations_members),
    "conversations.history": Method(_conversations_history),
    "conversations.list": Method(_conversations_list),
    "conversations.open": Method(_conversations_open, ("im:write",)),
}
"""Every method the local Slack knows. Methods without scopes here need none, or check those of the conversation."""
