//! The command line: what an operator types, and what it calls.
//!
//! Here everything is wired. Each command group has a file of its own; what they share is the
//! [`folder`] they work in, the [`failure`] they end with and the place their answers go to.

mod about;
mod answer;
mod appliance;
mod backup;
mod bill;
mod clock;
mod demo;
mod door;
mod explain;
mod failure;
mod folder;
mod founding;
mod jobs;
mod journal;
mod key;
mod listen;
mod migrate;
mod operator;
mod revenue;
mod serve;
mod socket;
mod tls;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::failure::Failure;
use crate::config::{Effective, Flags};

/// A business support system in one binary: catalogue, orders, subscriptions, usage, billing,
/// payments
#[derive(Debug, Parser)]
#[command(
    name = "tillbox",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "\
A first look: a small business with eight months behind it, and a clock that can be moved:
  tillbox serve --demo

A server for others:
  tillbox serve --data /var/lib/tillbox --listen 0.0.0.0:8080

Every setting is a flag (--cache-mib), a variable (TILLBOX_CACHE_MIB) and a key of the TOML file
that --config names (cache_mib); a flag goes before a variable, a variable before the file."
)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Clock(clock::Clock),
    Bill(bill::Bill),
    Explain(explain::Explain),
    Journal(journal::Journal),
    Jobs(jobs::Jobs),
    Revenue(revenue::Revenue),
    Operator(operator::Operator),
    Key(key::Key),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Check(backup::Check),
    Migrate(migrate::Migrate),
    Rights(about::Rights),
    Openapi(about::Openapi),
    Config(about::Config),
    Completions(about::Completions),
    Man(about::Man),
    Version(about::Version),
}

/// Runs the command that the program's arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let line = Line::parse();
    let mut out = std::io::stdout().lock();
    let done = line.command.run(&mut out).and_then(|()| out.flush().map_err(Failure::Output));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Who asked has heard enough: `tillbox rights | head`.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            // Where even this cannot be said, the exit code still says it.
            let _ = write!(std::io::stderr(), "{}", failure.told());
            failure.exit_code()
        }
    }
}

impl Command {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self {
            Self::Serve(it) => it.run(out),
            Self::Demo(it) => it.run(out),
            Self::Clock(it) => it.run(out),
            Self::Bill(it) => it.run(out),
            Self::Explain(it) => it.run(out),
            Self::Journal(it) => it.run(out),
            Self::Jobs(it) => it.run(out),
            Self::Revenue(it) => it.run(out),
            Self::Operator(it) => it.run(out),
            Self::Key(it) => it.run(out),
            Self::Backup(it) => it.run(out),
            Self::Restore(it) => it.run(out),
            Self::Check(it) => it.run(out),
            Self::Migrate(it) => it.run(out),
            Self::Rights(it) => it.run(out),
            Self::Openapi(it) => it.run(out),
            Self::Config(it) => it.run(out),
            Self::Completions(it) => it.run(out),
            Self::Man(it) => it.run(),
            Self::Version(it) => it.run(out),
        }
    }
}

/// The settings under this environment and these flags.
fn settings(flags: &Flags) -> Result<Effective, Failure> {
    Effective::resolve(flags, std::env::vars_os()).map_err(Failure::Settings)
}

/// Prints a line of the answer.
fn say(out: &mut dyn Write, line: impl std::fmt::Display) -> Result<(), Failure> {
    writeln!(out, "{line}").map_err(Failure::Output)
}
