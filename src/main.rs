//! The program: runs the command that its arguments name, and says how it ended.

use std::process::ExitCode;

fn main() -> ExitCode {
    tillbox::cli::run()
}
