//! One line per request on standard error.
//!
//! Written by hand and not with a logging crate: the workspace's main crate switches `tracing` off for good, and
//! Cargo would apply that to this crate too whenever both are built together.

use std::io::Write;

/// Writes the line if `enabled`. Only names, numbers and paths are passed in here, never headers, bodies or queries:
/// they can hold credentials.
pub(crate) fn line(enabled: bool, text: std::fmt::Arguments<'_>) {
    if enabled {
        // A closed standard error must not end the server.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}
