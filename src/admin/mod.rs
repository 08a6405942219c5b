//! What operators ask a running server: status and history.
