//! Business time: what it is, and moving it where that is allowed.
//!
//! Moving it steps from one due instant to the next and runs every duty there, so that eight months
//! in a second leave what eight months would have left. A live installation refuses.

use std::sync::Arc;

use super::duty::{self, Ran};
use super::idempotency::{self, Once};
use super::{Act, Author, Bss, Cx, Error, Moment, account};
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::jump::Jump;
use crate::domain::operator::{Actor, Permission};
use crate::domain::time::{Instant, Span, TimeError, Zone};
use crate::store::due::DueTable;
use crate::store::meta::{self, ClockState};

/// What the clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Business time.
    pub now: Instant,
    /// Wall time.
    pub wall: Instant,
    /// Whether business time may be moved.
    pub movable: bool,
    /// The jump of the machine's clock that nobody has confirmed yet.
    pub jump: Option<Jump>,
}

/// What happened at one instant while the clock was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The instant.
    pub at: Instant,
    /// What the duties did there, in order.
    pub ran: Vec<Ran>,
}

/// How far the clock was moved, and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// Where it stood.
    pub from: Instant,
    /// Where it stands.
    pub to: Instant,
    /// Each instant at which something happened.
    pub steps: Vec<Step>,
}

/// Where the clock is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// So far ahead, counted in civil time of a zone: one month after 31 January is 28 February.
    By(Span, Zone),
    /// So many hours ahead.
    Hours(u16),
    /// To an instant.
    To(Instant),
}

impl Target {
    /// So far ahead as a text says: a span such as `1 month`, or hours such as `11 hours`.
    ///
    /// # Errors
    /// If it is neither.
    pub fn ahead(text: &str, zone: Zone) -> Result<Self, TimeError> {
        let count = text.strip_suffix("hours").or_else(|| text.strip_suffix("hour"));
        match count.and_then(|it| it.trim().parse().ok()) {
            Some(hours) => Ok(Self::Hours(hours)),
            None => Ok(Self::By(text.parse()?, zone)),
        }
    }
}

/// Confirms that it is really as late as the machine's clock says, and answers since when nobody
/// knew. The provider's account tells of it.
///
/// # Errors
/// If it has not jumped, or the caller may not.
pub fn confirm(act: &mut Act<'_>) -> Result<Jump, Error> {
    if !act.actor().may_at_all(Permission::ClockMove) {
        return Err(Error::Forbidden { permission: Permission::ClockMove });
    }
    let Some(jump) = act.cx().jump else {
        let why = "the machine's clock has not jumped: there is nothing to confirm";
        return Err(Rejection::new(Code::ClockForbids, why).into());
    };
    let before = meta::setting::<ClockState>(act.batch())?.unwrap_or(ClockState::LIVE);
    note(act, jump.to)?;
    let provider = account::provider(act.cx())?;
    let id = provider.id;
    act.keep((provider, Verb::Changed))?;
    act.tell_set(id, (&before, &ClockState { last_wall: Some(jump.to), ..before }));
    Ok(jump)
}

/// How old what is kept of the clock may become: after a restart a jump is measured from there.
const KEPT_SECONDS_MAX: i64 = 3600;

/// Keeps what the machine's clock says where it is long ago that something was kept.
///
/// # Errors
/// If the store fails.
pub fn keep_time(bss: &Bss) -> Result<(), Error> {
    let author = Author::of(Actor::duty("clock"));
    let kept = bss.read(&author.actor, |cx| Ok(meta::setting::<ClockState>(cx.view)?))?;
    let kept = kept.unwrap_or(ClockState::LIVE);
    let Moment { wall, jump, .. } = bss.moment();
    let is_old = kept.last_wall.is_none_or(|it| it.plus_seconds(KEPT_SECONDS_MAX) < wall);
    if kept.movable || jump.is_some() || !is_old {
        return Ok(());
    }
    bss.act(author, move |act| note(act, wall)).wait()
}

/// Keeps what the machine's clock says as what was seen last.
fn note(act: &mut Act<'_>, wall: Instant) -> Result<(), Error> {
    let kept = meta::setting::<ClockState>(act.batch())?.unwrap_or(ClockState::LIVE);
    act.batch().put_setting(&ClockState { last_wall: Some(wall), ..kept })?;
    Ok(())
}

/// What time it is.
///
/// # Errors
/// If the store fails.
pub fn time(cx: Cx<'_>) -> Result<Time, Error> {
    let state = meta::setting::<ClockState>(cx.view)?.unwrap_or(ClockState::LIVE);
    Ok(Time { now: cx.now, wall: cx.wall, movable: state.movable, jump: cx.jump })
}

/// Lets business time be moved in this store from now on, beginning at `start`.
///
/// # Errors
/// If the store fails.
pub fn make_movable(bss: &Bss, start: Instant) -> Result<(), Error> {
    let author = Author::of(Actor::duty("clock"));
    bss.act(author, move |act| {
        let kept = meta::setting::<ClockState>(act.batch())?.unwrap_or(ClockState::LIVE);
        let state = ClockState { movable: true, ..kept };
        let state = at(state, start, act.wall());
        act.batch().put_setting(&state)?;
        Ok(())
    })
    .wait()
}

/// Moves the clock, stepping from due instant to due instant. A request with a key that is cut off
/// and sent again leads where it was to lead, and tells of the rest of the way.
///
/// # Errors
/// If the clock may not be moved, or not backwards; those of the duties, which leave the clock at
/// the instant where one failed.
pub fn advance(
    bss: &Arc<Bss>,
    author: &Author,
    once: Option<&Once>,
    target: Target,
) -> Result<Advance, Error> {
    let actor = author.actor.as_ref();
    if !actor.may_at_all(Permission::ClockMove) {
        return Err(Error::Forbidden { permission: Permission::ClockMove });
    }
    let _only_one = bss.advancing();
    let once = once.cloned();
    let begin = move |act: &mut Act<'_>| {
        idempotency::settled(act, once.as_ref(), |act| way(act.cx(), target))
    };
    let (from, to) = bss.act(author.clone(), begin).wait()?;
    let mut steps = Vec::new();
    let mut now = bss.read(actor, time)?.now;
    loop {
        let ran = duty::run_all(bss)?;
        if !ran.is_empty() {
            steps.push(Step { at: now, ran });
        }
        let next = bss.read(actor, |cx| Ok(cx.view.next_due()?))?;
        match next.map(|it| it.at).filter(|it| *it <= to) {
            Some(at) if at > now => now = at,
            // What is due and yet not done has failed or waits for somebody; time goes on.
            Some(_) | None if now >= to => break,
            Some(_) | None => now = next_after(bss, actor, now)?.unwrap_or(to).min(to),
        }
        set(bss, now)?;
    }
    Ok(Advance { from, to, steps })
}

/// From where to where the clock is to be moved.
fn way(cx: Cx<'_>, target: Target) -> Result<(Instant, Instant), Error> {
    let Time { now, movable, .. } = time(cx)?;
    if !movable {
        let why = "this is a live installation: its time is the machine's";
        return Err(Rejection::new(Code::ClockForbids, why).into());
    }
    Ok((now, instant(target, now)?))
}

/// The first instant after `now` at which something falls due.
fn next_after(bss: &Bss, actor: &Actor, now: Instant) -> Result<Option<Instant>, Error> {
    bss.read(actor, |cx| Ok(cx.view.next_due_after(now)?.map(|it| it.at)))
}

fn instant(target: Target, now: Instant) -> Result<Instant, Error> {
    let to = match target {
        Target::To(to) => to,
        Target::Hours(count) => now.plus_seconds(i64::from(count) * 3600),
        Target::By(span, zone) => {
            let day = zone.date_of(now);
            let time_of_day = now.micros() - zone.start_of(day).micros();
            zone.start_of(span.after(day, 1)).plus_micros(time_of_day)
        }
    };
    if to < now {
        let why = format!("the clock stands at {now} and never runs back");
        return Err(Rejection::new(Code::ClockForbids, why).into());
    }
    Ok(to)
}

fn set(bss: &Bss, now: Instant) -> Result<(), Error> {
    let author = Author::of(Actor::duty("clock"));
    bss.act(author, move |act| {
        let state = meta::setting::<ClockState>(act.batch())?.unwrap_or(ClockState::LIVE);
        let state = at(state, now, act.wall());
        act.batch().put_setting(&state)?;
        Ok(())
    })
    .wait()
}

/// The clock such that it is `now` when it is `wall`.
fn at(state: ClockState, now: Instant, wall: Instant) -> ClockState {
    let offset_micros = now.micros() - wall.micros();
    ClockState { offset_micros, high_water: Some(now), ..state }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_ahead_by_hours_or_by_days_of_the_calendar() {
        let now: Instant = "2026-03-28T22:00:00Z".parse().expect("an instant");
        let zone: Zone = "Europe/Berlin".parse().expect("a zone");
        for (by, expected) in [
            ("11 hours", "2026-03-29T09:00:00Z"),
            ("1 hour", "2026-03-28T23:00:00Z"),
            // By days it goes to as long after midnight as it was.
            ("1 day", "2026-03-29T22:00:00Z"),
        ] {
            let to = Target::ahead(by, zone).ok().and_then(|it| instant(it, now).ok());
            assert_eq!(to.map(|it| it.to_string()).as_deref(), Some(expected), "{by}");
        }
        for refused in ["hours", "-1 hours", "1.5 hours", "70000 hours", "soon"] {
            assert!(Target::ahead(refused, zone).is_err(), "{refused}");
        }
    }
}
