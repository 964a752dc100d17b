//! Opening the appliance: store, migration, outside, duties, wired in one place for the server and
//! for commands that work without one.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use super::failure::Failure;
use super::folder::Folder;
use crate::config::{Config, Targets};
use crate::search::Place;
use crate::services::{Bss, Error, Forwarding, References, Shop, Site, World};
use crate::store::meta::{self, KeyMark};
use crate::store::usage::Limits;
use crate::store::{Store, StoreError, migrate};
use crate::world::clock::MachineClock;
use crate::world::entropy::MachineEntropy;
use crate::world::http::{HttpWeb, Reach};
use crate::world::mail::{FolderPost, Post, ScriptedPost, SmtpPost};
use crate::world::password::{Cost, PasswordHashes};
use crate::world::seal::{KeyPlace, Sealer, Start};
use crate::{api, jobs};

/// The appliance over the folder's store, which is brought to this program's schema first.
pub(super) fn open(folder: &Folder, config: &Config) -> Result<Arc<Bss>, Failure> {
    // The keys first: a store that was begun is one whose keys must not be missing.
    let world = world(folder, config)?;
    over(store(folder, config, &world.seal)?, world)
}

/// The appliance over the folder's store, if that has this program's schema: a command that only
/// reads must not take the store away from the program that serves it.
pub(super) fn open_as_it_is(folder: &Folder, config: &Config) -> Result<Arc<Bss>, Failure> {
    let world = world(folder, config)?;
    let failed = |source: StoreError| Failure::Store { folder: folder.path().to_owned(), source };
    let store = proven(folder, config, &world.seal)?;
    let pending = store.read().and_then(|view| Ok(migrate::pending(&view)?.len()));
    if pending.map_err(failed)? > 0 {
        return Err(Failure::Dated { folder: folder.path().to_owned() });
    }
    mark(&store, &world.seal).map_err(failed)?;
    over(store, world)
}

/// An appliance in memory, with the keys of the folder: what happens in it is on no disk until it
/// is copied there, and its mails reach nobody.
pub(super) fn draft(folder: &Folder, config: &Config) -> Result<Arc<Bss>, Failure> {
    let (post, search) = (Arc::new(ScriptedPost::default()), Place::Memory);
    let world = World { post, search, ..world(folder, config)? };
    let failed = |source: StoreError| Failure::Store { folder: folder.path().to_owned(), source };
    let store = Store::memory().map_err(failed)?;
    store.migrate().map_err(failed)?;
    mark(&store, &world.seal).map_err(failed)?;
    over(store, world)
}

fn over(store: Store, world: World) -> Result<Arc<Bss>, Failure> {
    let bss = Bss::open(store, world);
    let bss = bss.map_err(|source| Failure::Service { action: "opening the store", source })?;
    bss.employ(jobs::all(api::dialects(bss.site())));
    Ok(bss)
}

fn world(folder: &Folder, config: &Config) -> Result<World, Failure> {
    let start = if folder.has_store()? { Start::Again } else { Start::First };
    let seal = Sealer::open(&key_place(folder, config), start, &MachineEntropy);
    let seal = seal.map_err(Failure::Keys)?;
    let forwarding = match config.tls {
        Some(_) => Forwarding::Needless,
        None => Forwarding::Ignored,
    };
    let reach = match config.webhook_targets {
        Targets::Public => Reach::Public,
        Targets::Any => Reach::Private,
    };
    let web = HttpWeb::open(reach);
    let web = web.map_err(|source| outside("preparing to call webhooks", source))?;
    let references = if config.strict_references { References::Here } else { References::Anywhere };
    let shop = if config.public_shop { Shop::Public } else { Shop::Private };
    let (public_url, listen) = (config.public_url.clone(), config.listen);
    Ok(World {
        clock: Arc::new(MachineClock),
        entropy: Arc::new(MachineEntropy),
        passwords: Arc::new(PasswordHashes::new(Cost::HOUSE, &MachineEntropy)),
        seal: Arc::new(seal),
        web: Arc::new(web),
        reach,
        post: post(folder, config)?,
        mail_from: config.mail_from.clone(),
        site: Site { public_url, listen, forwarding, references, shop },
        usage: Limits::LIVE.remembering_days(config.usage_window_days),
        search: Place::Folder(folder.search()),
        file_bytes_max: config.file_bytes_max,
        seller_file_bytes_max: config.seller_file_bytes_max,
    })
}

/// Where the keys for what is secret in the folder's store are.
pub(super) fn key_place(folder: &Folder, config: &Config) -> KeyPlace {
    let credentials = env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let set = env::var("TILLBOX_KEY").ok().map(KeyPlace::Text);
    let set = set.or_else(|| config.secret_key_file.clone().map(KeyPlace::Given));
    KeyPlace::choose(set, credentials.as_deref(), folder.path())
}

/// The mail server if one is set, else a folder beside the store.
fn post(folder: &Folder, config: &Config) -> Result<Arc<dyn Post>, Failure> {
    let Some(url) = &config.smtp_url else {
        return Ok(Arc::new(FolderPost::new(folder.mails())));
    };
    let post = SmtpPost::open(url.reveal());
    Ok(Arc::new(post.map_err(|source| outside("preparing to send mails", source))?))
}

fn outside(
    action: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Failure {
    Failure::Service { action, source: Error::internal(source) }
}

fn store(folder: &Folder, config: &Config, seal: &Sealer) -> Result<Store, Failure> {
    let failed = |source: StoreError| Failure::Store { folder: folder.path().to_owned(), source };
    let is_new = !folder.store().exists();
    let store = proven(folder, config, seal)?;
    for step in store.migrate().map_err(failed)? {
        if !is_new {
            tracing::info!(step, "the store was migrated");
        }
    }
    mark(&store, seal).map_err(failed)?;
    Ok(store)
}

/// The folder's store, whose secrets these keys open.
fn proven(folder: &Folder, config: &Config, seal: &Sealer) -> Result<Store, Failure> {
    let failed = |source: StoreError| Failure::Store { folder: folder.path().to_owned(), source };
    let store = Store::open(&folder.store(), config.cache_bytes).map_err(failed)?;
    // Before anything is written: with foreign keys nothing in here would open, and what they seal
    // would be lost as soon as the right ones are back.
    let known = store.read().and_then(|view| meta::setting::<KeyMark>(&view)).map_err(failed)?;
    known.map_or(Ok(()), |KeyMark(mark)| seal.prove(&mark)).map_err(Failure::Keys)?;
    Ok(store)
}

/// Keeps what proves which keys seal the secrets in a store, if it does not know yet or there is a
/// newer key.
fn mark(store: &Store, seal: &Sealer) -> Result<(), StoreError> {
    match meta::setting::<KeyMark>(&store.read()?)? {
        Some(KeyMark(mark)) if !seal.is_dated(&mark) => Ok(()),
        Some(_) | None => store.keep_setting(&KeyMark(seal.mark(&MachineEntropy))),
    }
}
