"""The server: what one client and its workspace are to us, and the scheduling of answers.

`later` is the quiet period after an edit. Everything is answered in one thread from the newest
snapshot, so an answer cannot be older than the edits that came before it.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from concurrent.futures import Future
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer
from pygls.protocol import lsp_method

from pipelens import __version__
from pipelens.lsp.client_settings import ClientSettings
from pipelens.lsp.convert import LineOf, Units, path_of
from pipelens.lsp.guard import LOG, Refusal, guarded, watched
from pipelens.lsp.intake import Intake
from pipelens.lsp.message_order import OrderedProtocol
from pipelens.lsp.message_types import converter
from pipelens.lsp.output import Output
from pipelens.lsp.places import Places
from pipelens.lsp.resting import Resting
from pipelens.lsp.schedule import Schedule
from pipelens.lsp.state_news import StateNews
from pipelens.lsp.state_watch import StateWatch
from pipelens.lsp.states import States
from pipelens.lsp.typing_line import TypingLine
from pipelens.lsp.wire_text import WireText
from pipelens.protocol.meeting import Experimental, InitializationOptions

if TYPE_CHECKING:
    from pipelens.core.answers.findings import Finding
    from pipelens.lsp.runs import Runs
    from pipelens.workspace.host import Host

Handing = Generator[Any, Any, None]
"""How pygls hands a message on: handler, arguments, keywords."""


class Protocol(OrderedProtocol):
    """pygls' protocol, with documents kept by our host (pygls would build each text anew on each
    change, and take form feeds for line ends)."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._void: set[int | str] = set()

    @property
    def ours(self) -> Server:
        assert isinstance(self._server, Server)
        return self._server

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        self.ours.meet(params)
        result: types.InitializeResult = yield from super().lsp_initialize(params)
        asyncio.get_running_loop().call_soon(self.ours.begin)  # when this was answered
        result.capabilities.experimental = {"pipelens": Experimental(__version__).as_json()}
        self.ours.units = Units(result.capabilities.position_encoding or types.PositionEncodingKind.Utf16)
        return result

    def _send_response(self, msg_id: str | int, result: Any = None, error: Any = None) -> None:
        if msg_id in self._void:
            self._void.discard(msg_id)
            result, error = None, _error(types.LSPErrorCodes.ContentModified, "The document has changed")
        if not isinstance(result, WireText) or error is not None or self.writer is None:
            return super()._send_response(msg_id, result, error)
        self._result_types.pop(msg_id, None)
        self.write_text(result.response(msg_id))
        return None

    def write_text(self, text: str) -> None:
        """Send a message that is JSON already, ASCII only."""
        if self.writer is None:
            return
        body = text.encode("ascii")
        sent = self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        if inspect.isawaitable(sent):
            self.ours.start("write", _awaited(sent))

    def refuse(self, id: int | str, code: types.LSPErrorCodes, why: str) -> None:
        """Answer a request with an error."""
        super()._send_response(id, None, _error(code, why))

    def answering(self, id: int | str) -> Future[Any] | None:
        """What a request waits for that is being answered; None when it was answered."""
        return self._request_futures.get(id)

    def void(self, id: int | str) -> None:
        """Give up answering a request, since its document was edited."""
        if (future := self._request_futures.get(id)) is not None and future.cancel():
            self._void.add(id)

    def cancel(self, id: object) -> None:
        """Cancel a request that is being answered, if there is one."""
        if isinstance(id, int | str) and id in self._request_futures:
            self._handle_cancel_notification(id)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Handing:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Handing:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Handing:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: types.DidOpenNotebookDocumentParams) -> Handing:
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(self, params: types.DidChangeNotebookDocumentParams) -> Handing:
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: types.DidCloseNotebookDocumentParams) -> Handing:
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_CLOSE], (params,), None


class Server(LanguageServer):
    """One client. host: its pipelines. options: what it said of itself. units: how it counts columns.
    places: between its documents and our files. states: freshness of tasks. settings: what the user set."""

    protocol: Protocol  # pyright: ignore[reportIncompatibleVariableOverride]  # made by the line below

    def __init__(self) -> None:
        super().__init__("pipelens", __version__, protocol_cls=Protocol, converter_factory=converter)
        self.options = InitializationOptions()
        self.units = Units(types.PositionEncodingKind.Utf16)
        self.capabilities = types.ClientCapabilities()
        self.was_shut_down = False
        self.places = Places(self)
        self.states = States()
        self.state_news = StateNews(self)
        self.state_watch = StateWatch(self)
        self.extra_findings: list[Callable[[], Mapping[str, tuple[Finding, ...]]]] = []
        self.settings = ClientSettings()
        self.folder_settings: dict[str, ClientSettings] = {}
        self.reread_settings: Callable[[], None] = lambda: None
        self.resting = Resting(self)
        self.schedule = Schedule(self)
        self.typing = TypingLine(self)
        self.edited: set[str] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._on_initialized: list[Callable[[], None]] = []
        self._folders: list[str] = []

    def meet(self, params: types.InitializeParams) -> None:
        """Learn who the client is, and offer what can be carried out for it."""
        from pipelens.lsp.features import FEATURES
        from pipelens.lsp.features.notebooks import SYNC

        self.options = InitializationOptions.read(params.initialization_options)
        self.capabilities = params.capabilities
        uris = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        self._folders = [path for uri in uris if (path := path_of(uri))]
        if self.options.notebook_sync is not False:
            self._notebook_document_sync = SYNC
        for feature in FEATURES:
            feature.register(self)
        self.on(types.INITIALIZED, self._initialized)
        gc.freeze()
        gc.enable()

    @cached_property
    def host(self) -> Host:
        """Made when it is first asked for: `initialize` is answered before what reads pipelines is
        imported, which is then done while the client is still talking."""
        from pipelens.workspace.host import Host
        from pipelens.workspace.source_store import cache_folder

        made = Host(self._folders, environ=os.environ, trusted=self.options.trusted, store=cache_folder())
        made.prefer(lambda path: self.settings_of(path).severity)
        return made

    def begin(self) -> None:
        """Import what reads pipelines."""
        assert self.host

    @cached_property
    def runs(self) -> Runs:
        from pipelens.lsp.runs import Runs

        return Runs(self)

    # -- registering

    def on(self, name: str, handler: Callable[..., Any], options: Any = None) -> None:
        """Answer the message `name`."""
        self.feature(name, options)(guarded(name, handler))

    def on_command(self, name: str, handler: Callable[..., Any]) -> None:
        """Carry out the command `name`, unless the client does it itself."""
        if name not in self.options.client_commands:
            self.command(name)(guarded(name, handler))

    def when_initialized(self, work: Callable[[], None]) -> None:
        """Have `work` done once the client takes requests."""
        self._on_initialized.append(work)

    def supports(self, capability: str) -> bool:
        """Whether the client has a boolean capability, by its dotted path."""
        return bool(get_capability(self.capabilities, capability, False))  # pyright: ignore

    # -- what comes in

    def start_io(self, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
        """Serve a client until it says `exit` or goes."""
        self._stop_event = threading.Event()
        self.protocol.set_writer(Output(stdout or sys.stdout.buffer))
        try:
            asyncio.run(self._serve(stdin or sys.stdin.buffer))
        except BrokenPipeError:
            LOG.info("the client is gone")
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            self.shutdown()

    async def _serve(self, stdin: BinaryIO) -> None:
        intake = Intake(self, stdin)
        self.schedule.after_quiet = intake.quiet
        await intake.run()

    # -- scheduling

    def when_quiet(self, work: Callable[[], None]) -> None:
        """Have `work` done at the end of every quiet period."""
        self.schedule.when_quiet(work)

    def later(self) -> None:
        """Something changed: answer after a quiet period, once."""
        self.schedule.later()

    def now(self) -> None:
        """Answer what waits for the end of the quiet period."""
        self.schedule.now()

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` beside other messages."""
        task = asyncio.ensure_future(watched(name, work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # -- telling

    def notify_text(self, method: str, params: str) -> None:
        """Send a notification whose parameters are JSON already, ASCII only."""
        self.protocol.write_text(f'{{"jsonrpc":"2.0","method":"{method}","params":{params}}}')

    def refuse(self, id: int | str, code: types.LSPErrorCodes, why: str) -> None:
        """Answer a request with an error."""
        self.protocol.refuse(id, code, why)

    # -- what many features need

    def settings_of(self, path: str) -> ClientSettings:
        """What the user set for the workspace folder that `path` lies in."""
        from pipelens.workspace.root import is_in

        folder = max((one for one in self.folder_settings if is_in(path, one)), key=len, default=None)
        return self.settings if folder is None else self.folder_settings[folder]

    def lines(self, path: str) -> LineOf:
        """The lines of a file, as its editor shows them."""
        return lambda number: self.host.line(path, number)

    def runs_may_have_changed(self) -> None:
        """Files changed or were saved: have clients ask anew for what tells the freshness of tasks."""
        if self.state_watch.is_complete:
            self.states.files_changed()
        else:
            self.states.may_have_changed()
        self.state_news.later()

    def _initialized(self, *_: object) -> None:
        for work in self._on_initialized:
            guarded("initialized", work)()

    def report_server_error(self, error: Exception, source: object) -> None:
        if isinstance(error, Refusal):
            return  # told to the user who asked
        LOG.error("%s: %s", getattr(source, "__name__", source), error)


def _error(code: types.LSPErrorCodes, why: str) -> types.ResponseError:
    return types.ResponseError(code.value, why)


async def _awaited(sent: Awaitable[Any]) -> None:
    await sent


def make_server() -> Server:
    return Server()
