//! Call-backs of gateways: what they say on their own account, once it is proven that it is they.

use std::sync::Arc;

use super::{Act, Author, Bss, Error, checkout, gateway, refund};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{GatewayId, PaymentId};
use crate::domain::operator::Actor;
use crate::domain::payment::Payment;
use crate::domain::payment::gateway::Gateway;
use crate::store::Records;
use crate::world::gateway::{CallBack, Notice, Unheard};

/// A request that says it is from a gateway.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// What was said beside the body, names in lower case.
    pub headers: &'a [(String, String)],
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Takes what a gateway says on its own account.
///
/// # Errors
/// [`Code::SignatureRefused`] if it is not the gateway that says so; [`Error::NotFound`] if it is
/// about what did not go through it.
pub fn hear(bss: &Arc<Bss>, id: GatewayId, heard: Heard<'_>) -> Result<(), Error> {
    let door = Author::of(Actor::duty("gateway"));
    let found = bss.read(&door.actor, |cx| Ok(cx.view.find::<Gateway>(id)?))?;
    let gateway = found.ok_or_else(|| Error::not_found(id))?;
    let port = gateway::port(bss, &gateway, None)?;
    let call = CallBack { headers: heard.headers, body: heard.body, wall: bss.moment().wall };
    let notices = {
        let _turn = bss.heard.enter().map_err(|_| Error::Busy)?;
        let heard = port.hear(bss.house.world().web.as_ref(), &call);
        heard.map_err(|why| unheard(&gateway, why))?
    };
    for notice in notices {
        take(bss, (&door, id), notice)?;
    }
    Ok(())
}

fn take(bss: &Arc<Bss>, (door, from): (&Author, GatewayId), it: Notice) -> Result<(), Error> {
    match it {
        Notice::Payment(id, said) => bss
            .act(door.clone(), move |act| {
                must_be_of(act, (id, from))?;
                checkout::hear(act, id, said)
            })
            .wait(),
        Notice::Claimed(id, said) => {
            let heard = bss.act(door.clone(), move |act| {
                must_be_of(act, (id, from))?;
                let is_meant = act.load::<Payment>(id)?.is_meant_by(said.reference.as_ref());
                if is_meant {
                    checkout::hear(act, id, said)?;
                }
                Ok(is_meant)
            });
            if heard.wait()? { Ok(()) } else { checkout::ask(bss, id) }
        }
        Notice::Refund(id, given) => {
            bss.act(door.clone(), move |act| refund::hear_from(act, (id, from), given)).wait()
        }
        Notice::Reversed(id, reversal) => {
            bss.act(door.clone(), move |act| refund::reversed(act, (id, from), reversal)).wait()
        }
        Notice::Reinstated(id, reference) => {
            bss.act(door.clone(), move |act| refund::reinstated(act, (id, from), &reference)).wait()
        }
        Notice::Ask(id) => {
            bss.act(door.clone(), move |act| must_be_of(act, (id, from))).wait()?;
            checkout::ask(bss, id)
        }
    }
}

/// Refuses what a gateway says of a payment that did not go through it.
pub(super) fn must_be_of(
    act: &Act<'_>,
    (id, gateway): (PaymentId, GatewayId),
) -> Result<(), Error> {
    let payment: Payment = act.load(id)?;
    let is_so = payment.attempt.is_some_and(|it| it.gateway == gateway);
    if is_so { Ok(()) } else { Err(Error::not_found(id)) }
}

/// Refuses a call-back, and tells the operator of it: somebody may be trying.
fn unheard(of: &Gateway, why: Unheard) -> Error {
    tracing::warn!(gateway = %of.id, error = %why, "a call-back of a gateway was refused");
    match why {
        Unheard::Unproven => Error::Busy,
        Unheard::Unsigned | Unheard::Forged | Unheard::Dated | Unheard::Unreadable => {
            let why = format!("the call-back of `{}` is refused: {why}", of.code);
            Rejection::new(Code::SignatureRefused, why).into()
        }
    }
}
