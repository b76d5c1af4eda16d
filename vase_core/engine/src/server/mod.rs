//! Listeners, connections, graceful shutdown.
