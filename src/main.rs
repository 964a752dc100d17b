//! The program: runs the command that its arguments name, and says how it ended.

use std::process::ExitCode;

use mimalloc::MiMalloc;

// Records are many small things: with the allocator of the system a fifth of a read went there.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    tillbox::cli::run()
}
