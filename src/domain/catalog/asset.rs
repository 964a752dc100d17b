//! Assets: the digital goods of a specification, their versions, and who is told of their use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LIST_MAX, keys_violations};
use crate::domain::attribute::AttributeValue;
use crate::domain::due::{Due, Duty};
use crate::domain::error::{Code, Invalid, Refusal, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AssetId, OfferId, SubscriptionId};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, WebAddress};
use crate::domain::time::Instant;
use crate::domain::word::words;

/// A picture or paper that belongs to a catalogue element and lies somewhere on the web.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is called.
    pub name: Option<Name>,
    /// What it is for: `picture`, `manual`.
    pub kind: Option<text::Code>,
    /// Where it lies.
    pub address: WebAddress,
    /// What sort of file it is: `image/png`.
    pub media_type: Option<Name>,
    /// How large it is.
    pub bytes: Option<u64>,
}

/// Where an asset lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A file that was uploaded and is kept here.
    File {
        /// What the file is called when it is downloaded.
        name: Name,
        /// How large it is.
        bytes: u64,
        /// What it was found to be: the SHA-256 of its content.
        digest: [u8; 32],
        /// Under which number its content is kept.
        content: u64,
    },
    /// An address where it is served by somebody else.
    Web(WebAddress),
}

/// One version of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// What its maker calls it: `1.2`.
    pub label: text::Code,
    /// Where it lies.
    pub source: Source,
    /// Since when it is the one to take.
    pub since_at: Instant,
}

words! {
    /// At which moments an asset's maker is told.
    Moment {
        /// Somebody has bought it.
        Acquisition = "acquisition";
        /// It is to be stopped for somebody.
        Suspension = "suspension";
        /// It is to go on for somebody.
        Resumption = "resumption";
        /// Somebody has it no longer.
        Termination = "termination";
        /// Its use is to be reported.
        Usage = "usage";
    }
}

/// Whom to tell of a moment: an address that is called with a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// Of what.
    pub on: Moment,
    /// Where.
    pub address: WebAddress,
    /// What the call is signed with.
    pub secret: Sealed,
}

words! {
    /// Whether an asset can be had.
    State {
        /// Nobody sells it yet.
        Pending = "pending";
        /// A specification delivers it.
        Attached = "attached";
        /// It is no longer given out.
        Withdrawn = "withdrawn";
    }
}

words! {
    /// What can be done with an asset.
    Trigger {
        /// Make it part of a specification.
        Attach = "attach";
        /// Give it out no longer.
        Withdraw = "withdraw";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Pending | S::Attached, T::Attach) => Some(S::Attached),
        (S::Pending | S::Attached, T::Withdraw) => Some(S::Withdrawn),

        (S::Withdrawn, T::Attach | T::Withdraw) => None,
    }
}

words! {
    /// Who may have an asset.
    Access {
        /// Who has bought it.
        Buyers = "buyers";
        /// Everybody: open data.
        Everybody = "everybody";
    }
}

/// What is said of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetContent {
    /// What it is called.
    pub name: Name,
    /// What sort of asset it is, as its makers agreed: `dataset`, `application`.
    pub kind: text::Code,
    /// What sort of file it is: `application/zip`.
    pub media_type: Option<Name>,
    /// Who may have it.
    pub access: Access,
    /// Whom to tell of its use.
    pub hooks: Vec<Hook>,
    /// What its sort of asset asks for.
    pub metadata: Metadata,
}

/// What is said of an asset as the form of its sort asks for it.
pub type Metadata = BTreeMap<Name, AttributeValue>;

impl AssetContent {
    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless_empty(keys_violations("/hooks", self.hooks.iter().map(|it| it.on)))
    }
}

/// That who holds an asset is told of its newest version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// From when on: a while after the version came, so that several at once are told once.
    pub at: Instant,
    /// Who was told last, of the holders in order of what they bought.
    pub after: Option<(OfferId, SubscriptionId)>,
}

impl Telling {
    /// How long after a version came its holders are told of it, in seconds.
    const PAUSE_SECONDS: i64 = 60 * 60;
}

/// A digital good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// Whose it is.
    pub stamp: Stamp,
    state: State,
    content: AssetContent,
    versions: Vec<Version>,
    telling: Option<Telling>,
}

impl Asset {
    /// An asset that nobody sells yet.
    ///
    /// # Errors
    /// If a moment has two hooks, or a version comes twice.
    pub fn new(
        id: AssetId,
        stamp: Stamp,
        content: AssetContent,
        versions: Vec<Version>,
    ) -> Result<Self, Invalid> {
        content.check()?;
        let labels = versions.iter().map(|it| &it.label);
        Invalid::unless_empty(keys_violations("/versions", labels))?;
        Ok(Self { id, stamp, state: State::Pending, content, versions, telling: None })
    }

    /// Whether it can be had.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What is said of it.
    #[must_use]
    pub const fn content(&self) -> &AssetContent {
        &self.content
    }

    /// Its versions, the one to take last.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The version to take, if there is one yet.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The numbers of the contents of its files, with how many bytes are in each.
    pub fn contents(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.versions.iter().filter_map(|it| match &it.source {
            Source::File { content, bytes, .. } => Some((*content, *bytes)),
            Source::Web(_) => None,
        })
    }

    /// How many bytes are in its files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.contents().map(|it| it.1).fold(0, u64::saturating_add)
    }

    /// The version that its maker calls so.
    #[must_use]
    pub fn version_called(&self, label: &text::Code) -> Option<&Version> {
        self.versions.iter().find(|it| it.label == *label)
    }

    /// That its holders are to be told of its newest version, if they are.
    #[must_use]
    pub const fn telling(&self) -> Option<Telling> {
        self.telling
    }

    /// When its holders are to be told next.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        self.telling.map(|it| Due { at: it.at, duty: Duty::Upgrade })
    }

    /// The asset after its holders were told up to one of them; `None` if all were.
    #[must_use]
    pub fn told_to(self, last: Option<(OfferId, SubscriptionId)>) -> Self {
        let telling = self.telling.filter(|_| last.is_some());
        Self { telling: telling.map(|it| Telling { after: last, ..it }), ..self }
    }

    /// Whom to tell of a moment.
    #[must_use]
    pub fn hook(&self, on: Moment) -> Option<&Hook> {
        self.content.hooks.iter().find(|it| it.on == on)
    }

    /// The asset with something else said of it.
    ///
    /// # Errors
    /// If a moment has two hooks, or it is withdrawn.
    pub fn described(self, content: AssetContent) -> Result<(Self, Verb), Refusal> {
        content.check()?;
        self.must_be_had("cannot be changed")?;
        Ok((Self { content, ..self }, Verb::Changed))
    }

    /// The asset after a trigger. What is withdrawn has no files any more: nobody may have them.
    ///
    /// # Errors
    /// If its state does not allow it, or there is nothing of it to attach.
    pub fn on(mut self, trigger: Trigger) -> Result<(Self, Verb), Rejection> {
        let refused = |why: String| Err(Rejection::new(Code::CatalogStateForbids, why));
        let Some(state) = next(self.state, trigger) else {
            return refused(format!("cannot {trigger} an asset that is `{}`", self.state));
        };
        let verb = match trigger {
            Trigger::Attach if self.versions.is_empty() => {
                return refused(format!("asset `{}` has no version yet: upload one", self.id));
            }
            Trigger::Attach => Verb::Changed,
            Trigger::Withdraw => {
                self.versions.retain(|it| matches!(it.source, Source::Web(_)));
                Verb::Retired
            }
        };
        Ok((Self { state, ..self }, verb))
    }

    /// The asset with one version more, which is the one to take from now on.
    ///
    /// # Errors
    /// If it is withdrawn, has a version of that name, or as many as an asset may have.
    pub fn upgraded(mut self, version: Version) -> Result<(Self, Verb), Rejection> {
        self.must_be_had("has no new versions")?;
        if self.version_called(&version.label).is_some() {
            let why = format!("the asset has a version `{}` already", version.label);
            return Err(Rejection::new(Code::Duplicate, why));
        }
        if self.versions.len() >= LIST_MAX {
            let why = format!("the asset has {LIST_MAX} versions, and no asset has more");
            return Err(Rejection::new(Code::CatalogStateForbids, why));
        }
        let verb = if self.versions.is_empty() { Verb::Changed } else { Verb::Upgraded };
        if verb == Verb::Upgraded {
            let at = version.since_at.plus_seconds(Telling::PAUSE_SECONDS);
            self.telling = Some(Telling { at, after: None });
        }
        self.versions.push(version);
        Ok((self, verb))
    }

    fn must_be_had(&self, what: &str) -> Result<(), Rejection> {
        match self.state {
            State::Pending | State::Attached => Ok(()),
            State::Withdrawn => {
                let why = format!("an asset that is `{}` {what}", self.state);
                Err(Rejection::new(Code::CatalogStateForbids, why))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::word::matrix;

    fn version(label: &str) -> Version {
        let address = "https://example.com/data".parse().expect("an address");
        let since_at = Instant::from_micros(0).expect("in range");
        Version { label: label.parse().expect(label), source: Source::Web(address), since_at }
    }

    fn asset(versions: &[&str]) -> Result<Asset, Invalid> {
        let now = Instant::from_micros(0).expect("in range");
        let content = AssetContent {
            name: "Weather".parse().expect("a name"),
            kind: "dataset".parse().expect("a code"),
            media_type: None,
            access: Access::Buyers,
            hooks: vec![],
            metadata: BTreeMap::new(),
        };
        let id = AssetId::from_uuid(Uuid::from_u128(1));
        let versions = versions.iter().map(|it| version(it)).collect();
        Asset::new(id, Stamp::new(SellerNumber::PROVIDER, None, now), content, versions)
    }

    #[test]
    fn the_whole_life_is_this_table() {
        expect![[r#"
                      |   attach |  withdraw
              pending | attached | withdrawn
             attached | attached | withdrawn
            withdrawn |        - |         -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn an_asset_has_versions_with_different_names() {
        assert!(asset(&["1.0", "1.0"]).is_err());
        assert!(asset(&["1.0", "1.1"]).is_ok());
        let empty = asset(&[]).expect("nobody sells it yet");
        assert!(empty.version().is_none());
        let refused = empty.on(Trigger::Attach).map_err(|it| it.code);
        assert_eq!(refused.map(|it| it.1), Err(Code::CatalogStateForbids));
    }

    #[test]
    fn the_newest_version_is_the_one_to_take() {
        let asset = asset(&["1.0"]).expect("valid");
        let (upgraded, verb) = asset.clone().upgraded(version("1.1")).expect("new");
        let label = upgraded.version().map(|it| it.label.as_str());
        assert_eq!((label, verb), (Some("1.1"), Verb::Upgraded));
        let again = asset.clone().upgraded(version("1.0")).map_err(|it| it.code);
        assert_eq!(again.map(|it| it.1), Err(Code::Duplicate));
        let (withdrawn, verb) = asset.on(Trigger::Withdraw).expect("pending");
        assert_eq!(verb, Verb::Retired);
        let refused = withdrawn.upgraded(version("1.1")).map_err(|it| it.code);
        assert_eq!(refused.map(|it| it.1), Err(Code::CatalogStateForbids));
    }
}
