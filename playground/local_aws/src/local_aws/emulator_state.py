"""What the emulator holds, kept as it goes: a kill at any moment loses nothing that was answered.

ministack saves its state when it's stopped, and only S3's objects at once. Here, in the emulator's own process:

- each change of an item and each stream record is in a database before the request is answered;
- a table's own settings are saved before the request that changes them is answered;
- an asynchronous invocation is kept until it's done;
- every other service is saved within a second of its change, but for logs and metrics, which are saved at the end.

It's imported by path, in the emulator's environment: the standard library and what `keep_state` is given.
"""

import asyncio
import json
import logging
import sqlite3
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

# Modules of ministack, which has no types of its own and isn't installed where ours are checked.
Module = Any
Table = dict[str, Any]
Answer = tuple[int, dict[str, str], Any]

_TICK_SECONDS = 1.0
# They grow with every request, and nothing is decided by them.
_SAVED_AT_THE_END = frozenset({"cloudwatch_logs", "cloudwatch"})
_LAMBDA, _DYNAMODB = "lambda", "dynamodb"
# Actions that change no table's settings.
_OF_ITEMS = ("Describe", "List", "Get", "Query", "Scan", "Search", "Batch", "Transact", "Execute")
logger = logging.getLogger("local_aws")

# The file of the asynchronous invocation that is under way here.
_invocation: ContextVar[Path | None] = ContextVar("invocation", default=None)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tables (arn TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS items (arn TEXT, pk TEXT, sk TEXT, item TEXT, PRIMARY KEY (arn, pk, sk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (arn TEXT, position INTEGER, record TEXT, PRIMARY KEY (arn, position)) WITHOUT ROWID;
"""


class ItemStore:
    """The tables' items and stream records in a database; a commit costs what has changed, not what there is."""

    def __init__(self, file: Path, dynamodb: Module, persistence: Module) -> None:
        """Opens the database, or makes it. Takes ministack's modules of these names."""
        self._dynamodb = dynamodb
        self._persistence = persistence
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        # A killed process loses nothing that was committed; after a power cut the last moments may be missing, whole.
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)
        self._changed: dict[tuple[str, str, str], Table] = {}
        self._replaced: dict[str, Table] = {}
        self._records_until: dict[str, int] = {}

    def watch(self) -> None:
        """Notes from now on which items change."""
        dynamodb = self._dynamodb
        set_item, remove_item, items_replaced = dynamodb._set_item, dynamodb._remove_item, dynamodb._items_replaced

        def set_and_note(table: Table, pk: str, sk: str, item: Any) -> Any:
            self._changed[table["TableArn"], pk, sk] = table
            return set_item(table, pk, sk, item)

        def remove_and_note(table: Table, pk: str, sk: str) -> Any:
            self._changed[table["TableArn"], pk, sk] = table
            return remove_item(table, pk, sk)

        def replace_and_note(table: Table) -> None:
            self._replaced[table["TableArn"]] = table
            items_replaced(table)

        dynamodb._set_item, dynamodb._remove_item = set_and_note, remove_and_note
        dynamodb._items_replaced = replace_and_note

    def commit(self) -> None:
        """Writes what has changed since the last time, all of it or nothing. What isn't written now is written the next time."""
        # Items whose time to live has passed are removed in another thread.
        changed, self._changed = self._changed, {}
        replaced, self._replaced = self._replaced, {}
        try:
            self._write(changed, replaced)
        except BaseException:
            self._changed, self._replaced = {**changed, **self._changed}, {**replaced, **self._replaced}
            raise

    def _write(self, changed: dict[tuple[str, str, str], Table], replaced: dict[str, Table]) -> None:
        until: dict[str, int] = {}
        with self._transaction() as run:
            for table in replaced.values():
                self._write_whole(run, table)
            for (arn, pk, sk), table in changed.items():
                item = table["items"].get(pk, {}).get(sk)
                if item is None:
                    run("DELETE FROM items WHERE arn = ? AND pk = ? AND sk = ?", (arn, pk, sk))
                else:
                    run("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", (arn, pk, sk, self._dumped(item)))
            for table, records, trimmed in self._streams():
                self._write_records(run, table["TableArn"], records, trimmed)
                until[table["TableArn"]] = trimmed + len(records)
        self._records_until |= until

    def commit_tables(self) -> None:
        """Takes in tables that are new, however their items came there, and forgets those that are gone."""
        tables = {table["TableArn"]: table for table in self._dynamodb._tables.all_values()}
        known = {arn for (arn,) in self._database.execute("SELECT arn FROM tables")}
        with self._transaction() as run:
            for arn in known - tables.keys():
                for kind in ("tables", "items", "records"):
                    run(f"DELETE FROM {kind} WHERE arn = ?", (arn,))  # noqa: S608  # one of three words
                self._records_until.pop(arn, None)
            for arn in tables.keys() - known:
                self._write_whole(run, tables[arn])

    def fill(self, state: dict[str, Any]) -> None:
        """Puts items and records into a state that was loaded. What an older version saved within the state stays as it is."""
        known = {arn for (arn,) in self._database.execute("SELECT arn FROM tables")}
        records, trimmed = self._dynamodb._stream_records, self._dynamodb._stream_trimmed
        records.update(state.get("stream_records", {}))
        trimmed.update(state.get("stream_trimmed", {}))
        for (account, region, name), table in state["tables"].all_items():
            arn = table["TableArn"]
            if arn not in known:
                continue
            items: dict[str, dict[str, Any]] = {}
            for pk, sk, item in self._database.execute("SELECT pk, sk, item FROM items WHERE arn = ?", (arn,)):
                items.setdefault(pk, {})[sk] = self._loaded(item)
            table["items"] = items
            self._dynamodb._update_counts(table)
            rows = self._database.execute(
                "SELECT position, record FROM records WHERE arn = ? ORDER BY position", (arn,)
            ).fetchall()
            if rows:
                records.set_scoped(account, region, name, [self._loaded(record) for _position, record in rows])
                trimmed.set_scoped(account, region, name, rows[0][0])
                self._records_until[arn] = rows[-1][0] + 1

    def _write_whole(self, run: Callable[..., object], table: Table) -> None:
        arn = table["TableArn"]
        run("INSERT OR IGNORE INTO tables VALUES (?)", (arn,))
        run("DELETE FROM items WHERE arn = ?", (arn,))
        for pk, items in table["items"].items():
            for sk, item in items.items():
                run("INSERT INTO items VALUES (?, ?, ?, ?)", (arn, pk, sk, self._dumped(item)))

    def _streams(self) -> Iterator[tuple[Table, list[Any], int]]:
        dynamodb = self._dynamodb
        for (account, region, name), records in dynamodb._stream_records.all_items():
            table = dynamodb._tables.get_scoped(account, region, name)
            if table is not None:
                yield table, records, dynamodb._stream_trimmed.get_scoped(account, region, name, 0)

    def _write_records(self, run: Callable[..., object], arn: str, records: list[Any], trimmed: int) -> None:
        begin = max(self._records_until.get(arn, 0), trimmed)
        for position, record in enumerate(records[begin - trimmed :], begin):
            run("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (arn, position, self._dumped(record)))
        if trimmed + len(records) > begin:
            run("DELETE FROM records WHERE arn = ? AND position < ?", (arn, trimmed))

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._database)

    def _dumped(self, value: Any) -> str:
        return json.dumps(value, default=self._persistence._json_default)

    def _loaded(self, text: str) -> Any:
        return json.loads(text, object_hook=self._persistence._json_object_hook)


class Invocations:
    """The asynchronous invocations that are under way, a file each: AWS keeps them until they're done or have failed for good."""

    def __init__(self, directory: Path, functions: Module) -> None:
        """Takes a directory of its own, and ministack's module `lambda_svc`."""
        directory.mkdir(exist_ok=True)
        self._directory = directory
        self._functions = functions
        self._attempts: dict[Path, int] = {}

    def watch(self) -> None:
        """Keeps from now on what begins, until it's done."""
        functions = self._functions
        invoke, execute = functions.invoke_async_with_retry, functions._execute_function

        def invoke_and_keep(function: dict[str, Any], event: Any) -> None:
            # The attempts are made in a copy of the present context.
            token = _invocation.set(self._keep(function["config"]["FunctionArn"], event))
            try:
                invoke(function, event)
            finally:
                _invocation.reset(token)

        def execute_and_note(function: dict[str, Any], event: Any) -> Any:
            result = execute(function, event)
            kept = _invocation.get()
            if kept is not None:
                self._attempts[kept] = self._attempts.get(kept, 0) + 1
                if not result.get("error") or self._attempts[kept] > _retries_of(function):
                    del self._attempts[kept]
                    kept.unlink(missing_ok=True)
            return result

        functions.invoke_async_with_retry, functions._execute_function = invoke_and_keep, execute_and_note

    def begin_again(self) -> None:
        """Invokes once more what a run that has ended left behind."""
        for file in sorted(self._directory.glob("*.json")):
            if file in self._attempts:
                continue
            kept = json.loads(file.read_text())
            function, config, _name = self._functions._get_func_record_for_ref(kept["function"])
            if function and config:
                record = self._functions._execution_record_for_config(function, config)
                self._functions.invoke_async_with_retry(record, kept["event"])
            file.unlink()

    def _keep(self, function_arn: str, event: Any) -> Path:
        file = self._directory / f"{time.time_ns():020}-{uuid.uuid4().hex}.json"
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps({"function": function_arn, "event": event}))
        draft.replace(file)
        self._attempts[file] = 0
        return file


def _retries_of(function: dict[str, Any]) -> int:
    """As ministack reads it: twice where nothing is said."""
    by_version: dict[str, dict[str, Any]] = function.get("event_invoke_configs") or {}
    settings: dict[str, Any] = function.get("event_invoke_config") or by_version.get("$LATEST") or {}
    retries = settings.get("MaximumRetryAttempts")
    return 2 if retries is None else int(retries)


class _Transaction:
    """Begins at the first statement: where nothing has changed, nothing is written."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> Callable[..., object]:
        def run(statement: str, values: tuple[Any, ...]) -> object:
            if not self._database.in_transaction:
                self._database.execute("BEGIN")
            return self._database.execute(statement, values)

        return run

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        if self._database.in_transaction:
            self._database.execute("COMMIT" if kind is None else "ROLLBACK")


def keep_state(directory: Path, app: Module, persistence: Module, dynamodb: Module, functions: Module) -> None:
    """Begins to keep the state in the directory. Takes ministack's modules `app`, `persistence`, `dynamodb` and `lambda_svc`."""
    directory.mkdir(parents=True, exist_ok=True)
    store = ItemStore(directory / "items.sqlite", dynamodb, persistence)
    store.watch()
    _leave_items_to_the_store(store, persistence, dynamodb)
    _save_before_answering(store, persistence, dynamodb)
    invocations = Invocations(directory / "invocations", functions)
    invocations.watch()
    _save_the_rest_every_second(store, invocations, app, persistence, functions)


def _leave_items_to_the_store(store: ItemStore, persistence: Module, dynamodb: Module) -> None:
    save, load = dynamodb.get_state, dynamodb.load_persisted_state

    def get_state() -> dict[str, Any]:
        store.commit_tables()
        store.commit()
        kept = [(table, table["items"]) for table in dynamodb._tables.all_values()]
        # Not to be copied only to be left out. Nothing sees it: requests are handled in this thread.
        for table, _items in kept:
            table["items"] = {}
        try:
            return save()
        finally:
            for table, items in kept:
                table["items"] = items

    def load_persisted_state(state: dict[str, Any]) -> None:
        store.fill(state)
        load(state)
        # What an older version saved with its items is saved without them now.
        persistence.save_state(_DYNAMODB, get_state())

    dynamodb.get_state, dynamodb.load_persisted_state = get_state, load_persisted_state


def _save_before_answering(store: ItemStore, persistence: Module, dynamodb: Module) -> None:
    handle: Callable[..., Awaitable[Answer]] = dynamodb.handle_request

    async def handle_request(method: str, path: str, headers: dict[str, str], *rest: Any) -> Answer:
        answer = await handle(method, path, headers, *rest)
        store.commit()
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        if not action.startswith(_OF_ITEMS) and not action.endswith("Item"):
            persistence.save_state(_DYNAMODB, dynamodb.get_state())
        return answer

    dynamodb.handle_request = handle_request


def _save_the_rest_every_second(
    store: ItemStore, invocations: Invocations, app: Module, persistence: Module, functions: Module
) -> None:
    load = app._load_persisted_state
    saved: dict[str, str] = {}
    running: list[asyncio.Task[None]] = []

    def save_what_has_changed() -> None:
        for name, get_state in app._build_persistence_save_dict().items():
            if name == _DYNAMODB or name in _SAVED_AT_THE_END:
                continue
            # The functions' artifacts are megabytes.
            state = None if name == _LAMBDA else get_state()
            look = _without_artifacts(functions) if name == _LAMBDA else state
            mark = json.dumps(look, default=persistence._json_default)
            if look is not None and saved.get(name) != mark:
                persistence.save_state(name, get_state() if state is None else state)
                saved[name] = mark

    async def every_second() -> None:
        left_behind = True
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            try:
                if left_behind:  # not before this serves: functions call it
                    left_behind = False
                    invocations.begin_again()
                save_what_has_changed()
            except Exception:
                logger.exception("The state could not be saved; the next second tries again.")

    def load_and_begin() -> None:
        load()
        store.commit_tables()
        _finish_what_had_begun(functions)
        running.append(asyncio.get_running_loop().create_task(every_second()))

    app._load_persisted_state = load_and_begin


def _finish_what_had_begun(functions: Module) -> None:
    """Functions that were saved half a second after their creation or update would be pending for ever."""
    for function in functions._functions._data.values():
        for each in (function, *function.get("versions", {}).values()):
            config: dict[str, Any] = each.get("config") or {}
            # ministack itself goes on with a version that SnapStart was preparing.
            if (config.get("SnapStart") or {}).get("OptimizationStatus") != "On":
                config |= {
                    name: done
                    for name, begun, done in (
                        ("State", "Pending", "Active"),
                        ("LastUpdateStatus", "InProgress", "Successful"),
                    )
                    if config.get(name) == begun
                }


def _without_artifacts(functions: Module) -> list[Any]:
    def settings(function: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in function.items() if name not in {"code_zip", "versions"}}

    known = functions._functions._data.items()
    return [
        functions._esms,
        [
            (repr(key), settings(function), [settings(each) for each in function.get("versions", {}).values()])
            for key, function in known
        ],
    ]
