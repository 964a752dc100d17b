//! `tillbox demo`: a store full of examples, made by letting a small business go on for some months.
//!
//! The [`script`] says who takes part, what is sold and what happens; it is [`play`]ed through the
//! API on a clock that begins in the past. A demo is marked as one in its store, so that it can be
//! thrown away and nothing else ever is.

mod cast;
mod play;
mod script;
mod shop;
mod stage;
mod usage;

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, Subcommand};

use self::play::Calendar;
use self::script::Script;
use self::stage::Stage;
use super::failure::Failure;
use super::folder::Folder;
use super::founding::Unattended;
use super::{appliance, say};
use crate::config::{Config, PlaceFlags};
use crate::domain::operator::Actor;
use crate::domain::time::Zone;
use crate::services::demo::{Book, Login, Standing};
use crate::services::setup::{self, Founding, LatePayment};
use crate::services::{Bss, clock, demo};
use crate::store::backup::{self, Existing};

/// How many months a small business has behind it.
const MONTHS: u32 = 8;
/// How many months it takes for one of each.
const MONTHS_MINIMAL: u32 = 1;

/// Make a store full of examples, or make it anew
#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    Seed(Seed),
    Reset(Reset),
}

/// Fill an empty folder with a demo: a provider, resellers, customers, and months of business
#[derive(Debug, Args)]
#[command(after_help = "\
A small business with eight months behind it:
  tillbox demo seed --data ./trial

One of each (customer, offer, order, subscription, usage, open invoice), for a script:
  tillbox demo seed --data ./trial --minimal

TILLBOX_OPERATOR_EMAIL, TILLBOX_OPERATOR_PASSWORD and TILLBOX_OPERATOR_TOKEN choose with what the
operator comes in; the password is then that of all logins. Whatever is not set is made up and
printed. `tillbox serve --demo` seeds a folder by itself, and serves it.")]
struct Seed {
    #[command(flatten)]
    flags: PlaceFlags,
    #[command(flatten)]
    size: Size,
}

/// Throw a demo away and seed it anew; a live installation is never touched
#[derive(Debug, Args)]
#[command(after_help = "\
After playing with it, back to the beginning (stop the server first):
  tillbox demo reset --data ./trial

Everything that was done in the demo is gone, and its people have other passwords.")]
struct Reset {
    #[command(flatten)]
    flags: PlaceFlags,
    #[command(flatten)]
    size: Size,
}

/// How much there is to be in a demo.
#[derive(Debug, Clone, Args)]
struct Size {
    /// One of each instead of a small business
    #[arg(long)]
    minimal: bool,
    /// How many months there are behind it: 8, or 1 with --minimal, if nothing is said
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=24))]
    months: Option<u32>,
}

impl Size {
    /// A small business.
    const WHOLE: Self = Self { minimal: false, months: None };

    fn months(&self) -> u32 {
        self.months.unwrap_or(if self.minimal { MONTHS_MINIMAL } else { MONTHS })
    }
}

impl Demo {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let (flags, size, is_reset) = match self.act {
            Act::Seed(it) => (it.flags, it.size, false),
            Act::Reset(it) => (it.flags, it.size, true),
        };
        let began = Instant::now();
        let config = super::settings(&flags.0)?.config;
        crate::telemetry::start(&config);
        let folder = if is_reset { Folder::existing(&config)? } else { Folder::create(&config)? };
        match (demo_in(&folder, &config)?, is_reset) {
            (Some(_), false) => {
                let why = "this folder holds a demo: `tillbox demo reset` makes it anew";
                return Err(Failure::Refused(why.to_owned()));
            }
            (None, true) => return Err(refused_as_live()),
            (Some(_), true) | (None, false) => {}
        }
        let book = seed(&folder, &config, &size)?;
        tell(out, &book, &config)?;
        let took = began.elapsed();
        let (seconds, millis) = (took.as_secs(), took.subsec_millis());
        say(out, format_args!("seeded in {seconds}.{millis:03} s; now `tillbox serve --demo`"))
    }
}

/// The demo of a folder with the appliance over it, if the folder holds one; nothing if nothing was
/// set up in it yet.
fn demo_in(folder: &Folder, config: &Config) -> Result<Option<(Arc<Bss>, Book)>, Failure> {
    if !folder.has_store()? {
        return Ok(None);
    }
    let bss = appliance::open(folder, config)?;
    match demo::standing(&bss).map_err(failed)? {
        Standing::Empty => Ok(None),
        Standing::Live => Err(refused_as_live()),
        Standing::Ready(book) => Ok(Some((bss, book))),
    }
}

/// The appliance over the demo of a folder, which is seeded first where nothing was set up yet.
pub(super) fn open(folder: &Folder, config: &Config) -> Result<(Arc<Bss>, Book), Failure> {
    if let Some(found) = demo_in(folder, config)? {
        return Ok(found);
    }
    tracing::info!("making the demo: some months of business go by first");
    if let Some(found) = seed_apart().then(|| demo_in(folder, config)).transpose()?.flatten() {
        return Ok(found);
    }
    let book = seed(folder, config, &Size::WHOLE)?;
    Ok((appliance::open(folder, config)?, book))
}

/// Makes the demo of a folder, as the one that serves it wants it.
pub(super) fn make(folder: &Folder, config: &Config) -> Result<(), Failure> {
    seed(folder, config, &Size::WHOLE).map(|_| ())
}

/// Lets a process of its own make the demo, with the arguments and variables of this one: what some
/// months of business take in memory is given back with it. Answers whether it did; if not, what is
/// wrong is found out here.
fn seed_apart() -> bool {
    let Ok(program) = env::current_exe() else { return false };
    let mut command = Command::new(program);
    command.args(env::args_os().skip(1)).arg("--seed-only").stderr(Stdio::null());
    command.status().is_ok_and(|it| it.success())
}

fn refused_as_live() -> Failure {
    Failure::Refused(
        "the store in this folder is a live installation and no demo: name another folder with \
         --data"
            .to_owned(),
    )
}

fn failed(source: crate::services::Error) -> Failure {
    Failure::Service { action: "making the demo", source }
}

/// Seeds a folder. All of it happens in memory, and is put into the folder when it is whole: what
/// is interrupted leaves the folder as it was.
fn seed(folder: &Folder, config: &Config, size: &Size) -> Result<Book, Failure> {
    // What somebody else puts there meanwhile is not ours to replace.
    let existing = if folder.has_store()? { Existing::Replaced } else { Existing::Refused };
    let bss = appliance::draft(folder, config)?;
    let book = live(&bss, size)?;
    demo::declare(&bss, book.clone()).map_err(failed)?;
    let copied = bss.read(&Actor::duty("demo"), |cx| {
        Ok(backup::backup(cx.view, &folder.store(), existing, &mut |_| {}))
    });
    let in_folder = |source| Failure::Store { folder: folder.path().to_owned(), source };
    copied.map_err(failed)?.map_err(in_folder)?;
    folder.hand_over()?;
    folder.forget_search()?;
    Ok(book)
}

/// Lets a small business go on for some months, in an appliance in which nothing was set up.
fn live(bss: &Arc<Bss>, size: &Size) -> Result<Book, Failure> {
    let script = Script::read(if size.minimal { "minimal" } else { "business" })?;
    let provider = &script.cast.provider;
    let unattended = Unattended::read();
    let email = unattended.email.unwrap_or_else(|| provider.email.clone());
    let password = unattended.password.unwrap_or_else(|| made_up(bss));
    let founding = founding(provider, &email, &password)?;
    let now = bss.moment().wall;
    // A month is over, and billed, when it is over where the provider is.
    let today = founding.zone.date_of(now);
    let this_month = today.plus_days(1 - i64::from(today.day()));
    let start = months_before(this_month, size.months());
    clock::make_movable(bss, Zone::UTC.start_of(start)).map_err(failed)?;
    setup::begin_unattended(bss, founding, unattended.token).map_err(super::founding::failed)?;
    let mut stage = Stage::over(bss)?;
    cast::introduce(&mut stage, provider, &password)?;
    for member in script.cast.accounts.iter().filter(|it| it.on == (0, 1)) {
        cast::open(&mut stage, member, &password)?;
    }
    shop::fill(&mut stage, &script.shop)?;
    play::play(&mut stage, &script, Calendar { start, end: now }, &password)?;
    book(&stage, &script, (email, password))
}

fn months_before(first: crate::domain::time::Date, months: u32) -> crate::domain::time::Date {
    (0..months).fold(first, |it, _| {
        let last = it.plus_days(-1);
        last.plus_days(1 - i64::from(last.day()))
    })
}

fn founding(provider: &script::Provider, email: &str, password: &str) -> Result<Founding, Failure> {
    use crate::domain::party::individual::PersonName;
    fn read<T: std::str::FromStr>(text: &str) -> Result<T, Failure>
    where
        T::Err: std::fmt::Display,
    {
        text.parse().map_err(|error: T::Err| Failure::Refused(format!("`{text}`: {error}")))
    }
    Ok(Founding {
        company: read(&provider.company)?,
        name: PersonName::of_line(&read(&provider.operator)?),
        email: read(email)?,
        password: password.to_owned(),
        locale: read(&provider.locale)?,
        currency: read(&provider.currency)?,
        zone: read(&provider.zone)?,
        late_payment: LatePayment::Borne,
    })
}

/// A password that nobody chose, in groups that can be typed.
fn made_up(bss: &Bss) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; 16] = bss.random();
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let groups = bytes.chunks(4).map(|it| it.iter().map(letter).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

fn book(
    stage: &Stage,
    script: &Script,
    (email, password): (String, String),
) -> Result<Book, Failure> {
    let provider = &script.cast.provider;
    let operator = Login { role: format!("operator of {}", provider.company), email };
    let people = script.cast.accounts.iter().filter(|it| stage.knows(&it.key));
    let told = people.flat_map(|it| &it.users).filter_map(|it| {
        let email = it.body.get("email").and_then(serde_json::Value::as_str)?;
        Some(Login { role: it.told.clone()?, email: email.to_owned() })
    });
    let logins = [operator].into_iter().chain(told).collect();
    let known = script.story.sights.iter().filter(|it| stage.knows(&it.1));
    let sight = |(what, key): &(String, String)| Ok((what.clone(), stage.id(key)?.to_owned()));
    let sights: Result<Vec<_>, Failure> = known.map(sight).collect();
    Ok(Book { logins, password, sights: sights? })
}

/// Prints who can sign in, and what to try.
pub(super) fn tell(out: &mut dyn Write, book: &Book, config: &Config) -> Result<(), Failure> {
    say(out, "this is a demo; sign in with")?;
    let width = book.logins.iter().map(|it| it.email.len()).max().unwrap_or_default();
    for Login { role, email } in &book.logins {
        say(out, format_args!("  {email:width$}  {}  {role}", book.password))?;
    }
    for (what, id) in &book.sights {
        say(out, format_args!("look at {what}: {id}"))?;
    }
    let data = config.data.display();
    let place = if config.data == std::path::Path::new("data") {
        String::new()
    } else {
        format!("--data {data} ")
    };
    say(out, format_args!("try `tillbox clock advance {place}1 month`"))
}
