"""The own tests of uvloop pass on our loop; what does not is listed here, with its reason."""

import sys

import pytest

from tests.loop.foreign_suites import SUITES, Unavailable, prepare, run

_UVLOOPS_CONTEXT = "uvloop keeps the context in which a connection was made; asyncio, like ours, that of the last call"
_UVLOOPS_TLS = "uvloop brings its own TLS protocol, ours is asyncio's; asyncio's loop does the same, and is excused"
_UVLOOPS_SOCKETS = (
    "uvloop keeps a socket open that is closed while the loop waits for it; asyncio leaves it to its user"
)
_UVLOOPS_PROTOCOLS = "uvloop takes any protocol with `get_buffer`; asyncio wants an `asyncio.BufferedProtocol`"
_NOT_ASYNCIOS = "for uvloop alone"

# Test of uvloop -> why it does not pass. Each fails in the same way on asyncio's own loop.
UVLOOP = {
    "test_base.py::TestBaseUV::test_thread_name_prefix_in_default_executor": _NOT_ASYNCIOS + ": names of its threads",
    "test_context.py::Test_UV_Context::test_create_connection_protocol": _UVLOOPS_CONTEXT,
    "test_context.py::Test_UV_Context::test_create_server_manual_connection_lost": _UVLOOPS_CONTEXT,
    "test_context.py::Test_UV_Context::test_create_ssl_server_connection_protocol": _UVLOOPS_CONTEXT,
    "test_context.py::Test_UV_Context::test_create_ssl_server_manual_connection_lost": _UVLOOPS_CONTEXT,
    "test_context.py::Test_UV_Context::test_datagram_protocol": _UVLOOPS_CONTEXT,
    "test_context.py::Test_UV_Context::test_start_tls": _UVLOOPS_CONTEXT,
    "test_fs_event.py::Test_UV_FS_Event::test_fs_event_change": _NOT_ASYNCIOS + ": `_monitor_fs`",
    "test_fs_event.py::Test_UV_FS_Event::test_fs_event_rename": _NOT_ASYNCIOS + ": `_monitor_fs`",
    "test_libuv_api.py::Test_UV_libuv::test_libuv_get_loop_t_ptr": _NOT_ASYNCIOS + ": the handle of libuv",
    "test_process.py::Test_UV_Process::test_process_double_close": _NOT_ASYNCIOS
    + ": the order in which it closes pipes",
    "test_process.py::Test_UV_Process_Delayed::test_process_delayed_stdio__paused__no_stdin": _NOT_ASYNCIOS
    + ": `__uvloop_sleep_after_fork`",
    "test_process.py::Test_UV_Process_Delayed::test_process_delayed_stdio__paused__stdin_pipe": _NOT_ASYNCIOS
    + ": `__uvloop_sleep_after_fork`",
    "test_runner.py::TestSourceCode::test_uvloop_run_2": _NOT_ASYNCIOS + ": `uvloop.run` refuses other loops",
    "test_signals.py::Test_UV_Signals::test_signals_no_SIGCHLD": "uvloop keeps SIGCHLD; asyncio gives it away",
    "test_sockets.py::TestUVSockets::test_pseudosocket": _NOT_ASYNCIOS + ": the `repr` of its sockets",
    "test_sockets.py::TestUVSockets::test_socket_close_loop_and_close": _UVLOOPS_SOCKETS,
    "test_sockets.py::TestUVSockets::test_socket_connect_and_close": _UVLOOPS_SOCKETS,
    "test_sockets.py::TestUVSockets::test_socket_recv_and_close": _UVLOOPS_SOCKETS,
    "test_sockets.py::TestUVSockets::test_socket_recv_into_and_close": _UVLOOPS_SOCKETS,
    "test_sockets.py::TestUVSockets::test_socket_sync_remove": _NOT_ASYNCIOS + ": `_get_backend_id`",
    "test_tcp.py::Test_UV_TCPSSL::test_bpo_39951_discard_trailing_data": _UVLOOPS_TLS,
    "test_tcp.py::Test_UV_TCPSSL::test_first_data_after_wakeup": _UVLOOPS_TLS,
    "test_tcp.py::Test_UV_TCPSSL::test_flush_before_shutdown": _UVLOOPS_TLS,
    "test_tcp.py::Test_UV_TCPSSL::test_shutdown_timeout_handler_not_set": _UVLOOPS_TLS,
    "test_tcp.py::Test_UV_TCPSSL::test_shutdown_while_pause_reading": _UVLOOPS_TLS,
    "test_tcp.py::Test_UV_TCPSSL::test_start_tls_client_buf_proto_1": _UVLOOPS_TLS,
    "test_tcp.py::Test_UV_TCP::test_create_server_buffered_1": _UVLOOPS_PROTOCOLS,
    "test_tcp.py::Test_UV_TCP::test_create_server_buffered_2": _UVLOOPS_PROTOCOLS,
    "test_tcp.py::Test_UV_TCP::test_tcp_handle_abort_in_connection_made": "uvloop has no socket of"
    " an aborted connection; asyncio tells of a closed one",
    "test_udp.py::Test_UV_UDP::test_create_datagram_endpoint_reuse_address_error": _NOT_ASYNCIOS + ": `reuse_address`",
    "test_udp.py::Test_UV_UDP::test_create_datagram_endpoint_reuse_address_warning": _NOT_ASYNCIOS
    + ": `reuse_address`",
    "test_udp.py::Test_UV_UDP::test_send_after_close": "uvloop drops what is sent after the end; asyncio raises",
    "test_udp.py::Test_UV_UDP::test_udp_sendto_dns": "uvloop refuses names in `sendto`, asyncio does not",
    "test_unix.py::Test_UV_Unix::test_epollhup": _UVLOOPS_PROTOCOLS,
}
_PYTHON = sys.version_info[:2]
if _PYTHON == (3, 12):
    UVLOOP["test_unix.py::Test_UV_Unix::test_create_unix_server_path_stream_bittype"] = (
        "`cleanup_socket` came to asyncio with 3.13"
    )
if _PYTHON >= (3, 13):
    UVLOOP["test_udp.py::Test_UV_UDP::test_create_datagram_endpoint_wrong_sock"] = (
        _NOT_ASYNCIOS + ": the words of its error"
    )
if _PYTHON == (3, 13):  # it skips the test on 3.12
    for _case in ("TestBaseUV", "TestBaseAIO"):
        UVLOOP[f"test_base.py::{_case}::test_loop_create_task_eager_start"] = "`eager_start` came to asyncio with 3.14"

FILES = [
    *(
        "aiohttp",
        "base",
        "context",
        "cython",
        "dealloc",
        "dns",
        "executors",
        "fs_event",
        "libuv_api",
        "pipes",
        "process",
    ),
    *("process_spawning", "regr1", "runner", "signals", "sockets", "tcp", "testbase", "udp", "unix"),
]


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_uvloop(file: str) -> None:
    """A file of uvloop's tests passes on our loop, but for what is listed above: no crash, no hang."""
    suite = SUITES["uvloop"]
    try:
        folder, _ = prepare(suite)
    except Unavailable as reason:
        pytest.skip(str(reason))
    part = f"tests/test_{file}.py"
    assert {f"tests/test_{name}.py" for name in FILES} == set(suite.parts(folder)), "the version has other files"
    listed = {test for test in UVLOOP if test.startswith(f"test_{file}.py::")}
    found = run(suite, part, "vase")
    if _failed(found).keys() - listed:
        found = run(suite, part, "vase")  # some measure time, which a busy machine does not have
    assert set(_failed(found)) == listed, _failed(found)
    assert any(outcome == "passed" for outcome, _ in found.values()) or listed


def _failed(found: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {test.removeprefix("tests/"): why for test, (outcome, why) in found.items() if outcome == "failed"}
