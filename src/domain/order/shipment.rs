//! Shipments: physical items on their way. The seller sets their state, the buyer sees it.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code as Reason, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{OrderId, ShipmentId, TaskId};
use crate::domain::party::medium::PostalAddress;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Code, Name, Phone, Prose, WebAddress};
use crate::domain::time::Instant;
use crate::domain::word::words;

words! {
    /// How far a shipment has come.
    State {
        /// It is being packed.
        Prepared = "prepared";
        /// It is on its way.
        Shipped = "shipped";
        /// The buyer has it: its items are done.
        Delivered = "delivered";
        /// It came back.
        Returned = "returned";
        /// It is no longer wanted, and nobody has taken it.
        Canceled = "canceled";
    }
}

words! {
    /// What can happen to a shipment.
    Trigger {
        /// The carrier takes it.
        Ship = "ship";
        /// The buyer gets it.
        Deliver = "deliver";
        /// It comes back.
        Return = "return";
        /// It is no longer wanted.
        Cancel = "cancel";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Prepared, T::Ship) => Some(S::Shipped),
        (S::Shipped, T::Deliver) => Some(S::Delivered),
        (S::Shipped, T::Return) => Some(S::Returned),
        (S::Prepared, T::Cancel) => Some(S::Canceled),

        (S::Prepared, T::Deliver | T::Return)
        | (S::Shipped, T::Ship | T::Cancel)
        | (
            S::Delivered | S::Returned | S::Canceled,
            T::Ship | T::Deliver | T::Return | T::Cancel,
        ) => None,
    }
}

impl Trigger {
    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Ship => Verb::Shipped,
            Self::Deliver => Verb::Delivered,
            Self::Return => Verb::Returned,
            Self::Cancel => Verb::Canceled,
        }
    }
}

/// Where a shipment goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// To whom.
    pub recipient: Name,
    /// Where that is.
    pub address: PostalAddress,
    /// Whom the carrier may call.
    pub phone: Option<Phone>,
}

impl Destination {
    /// The lines of an envelope: to whom, where, and in which country.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let country = self.address.country.as_ref().map(ToString::to_string);
        let to = [self.recipient.to_string()].into_iter();
        to.chain(self.address.lines()).chain(country).collect()
    }

    /// What is missing of a destination that a buyer says, which stands at `pointer`: no parcel arrives
    /// without a street, a town and a country.
    #[must_use]
    pub fn violations(&self, pointer: &str) -> Vec<Violation> {
        let of = &self.address;
        let parts = [
            ("street", of.street.is_some()),
            ("city", of.locality.is_some()),
            ("country", of.country.is_some()),
        ];
        let missing = parts.into_iter().filter(|it| !it.1);
        let told = missing.map(|(part, _)| {
            let message = "must be given: a parcel is sent there";
            Violation::new(format!("{pointer}/address/{part}"), "required", message)
        });
        told.collect()
    }
}

/// Who carries a shipment, and how to follow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carriage {
    /// The carrier.
    pub carrier: Name,
    /// The carrier's number of it.
    pub tracking_number: Option<Name>,
    /// Where it can be followed.
    pub tracking_address: Option<WebAddress>,
}

/// A physical item on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// Its id.
    pub id: ShipmentId,
    /// Whose it is.
    pub stamp: Stamp,
    order: OrderId,
    item: Code,
    task: TaskId,
    /// Where it goes.
    pub destination: Destination,
    /// Who carries it.
    pub carriage: Option<Carriage>,
    /// What the seller says of it.
    pub remark: Option<Prose>,
    state: State,
    shipped_at: Option<Instant>,
    ended_at: Option<Instant>,
}

impl Shipment {
    /// A shipment of an item of an order that is being packed.
    #[must_use]
    pub fn new(
        id: ShipmentId,
        stamp: Stamp,
        (order, item, task): (OrderId, Code, TaskId),
        destination: Destination,
    ) -> Self {
        Self {
            id,
            stamp,
            order,
            item,
            task,
            destination,
            carriage: None,
            remark: None,
            state: State::Prepared,
            shipped_at: None,
            ended_at: None,
        }
    }

    /// The order it belongs to.
    #[must_use]
    pub const fn order(&self) -> OrderId {
        self.order
    }

    /// Which of its items is in it.
    #[must_use]
    pub const fn item(&self) -> &Code {
        &self.item
    }

    /// The task that is done when it has arrived.
    #[must_use]
    pub const fn task(&self) -> TaskId {
        self.task
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// When the carrier took it.
    #[must_use]
    pub const fn shipped_at(&self) -> Option<Instant> {
        self.shipped_at
    }

    /// When it arrived or came back.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Instant> {
        self.ended_at
    }

    /// The shipment after a trigger.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, now: Instant) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a shipment that is `{}`", self.state);
            return Err(Rejection::new(Reason::ShipmentStateForbids, why));
        };
        let it = Self { state, ..self };
        let it = match trigger {
            Trigger::Ship => Self { shipped_at: Some(now), ..it },
            Trigger::Deliver | Trigger::Return | Trigger::Cancel => {
                Self { ended_at: Some(now), ..it }
            }
        };
        Ok((it, trigger.verb()))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::order::tests::{at, code, id, stamp};
    use crate::domain::word::matrix;

    #[test]
    fn a_shipment_lives_as_the_table_says() {
        expect![[r#"
                      |    ship |   deliver |   return |   cancel
             prepared | shipped |         - |        - | canceled
              shipped |       - | delivered | returned |        -
            delivered |       - |         - |        - |        -
             returned |       - |         - |        - |        -
             canceled |       - |         - |        - |        -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn a_parcel_goes_to_a_street_in_a_town_of_a_country() {
        let all = PostalAddress {
            street: "Ring 1".parse().ok(),
            locality: "Berlin".parse().ok(),
            country: "DE".parse().ok(),
            ..PostalAddress::default()
        };
        let missing = |address: PostalAddress| {
            let recipient = "Mike Wilson".parse().expect("a name");
            let it = Destination { recipient, address, phone: None };
            it.violations("/deliver_to").into_iter().map(|it| it.field).collect::<Vec<_>>()
        };
        assert_eq!(missing(all.clone()), Vec::<String>::new());
        let nowhere = PostalAddress { country: None, ..all.clone() };
        assert_eq!(missing(nowhere), ["/deliver_to/address/country"]);
        let empty = PostalAddress::default();
        assert_eq!(missing(empty).len(), 3);
        let it = Destination {
            recipient: "Mike Wilson".parse().expect("a name"),
            address: all,
            phone: None,
        };
        assert_eq!(it.lines(), ["Mike Wilson", "Ring 1", "Berlin", "DE"]);
    }

    #[test]
    fn a_shipment_keeps_when_it_left_and_when_it_arrived() {
        let destination = Destination {
            recipient: "Mike Wilson".parse().expect("a name"),
            address: PostalAddress::default(),
            phone: None,
        };
        let it = Shipment::new(id(1), stamp(), (id(1), code("1"), id(1)), destination);
        assert!(it.clone().on(Trigger::Deliver, at(1)).is_err());
        let (it, verb) = it.on(Trigger::Ship, at(1)).expect("prepared");
        assert_eq!((it.shipped_at(), it.ended_at(), verb), (Some(at(1)), None, Verb::Shipped));
        let (it, verb) = it.on(Trigger::Deliver, at(2)).expect("shipped");
        assert_eq!(
            (it.state(), it.ended_at(), verb),
            (State::Delivered, Some(at(2)), Verb::Delivered)
        );
    }
}
