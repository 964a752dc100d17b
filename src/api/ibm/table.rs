//! All calls of the contract, file by file.

use super::route::Row;
use super::{
    admission, authentication, authorization, customer, index, offering, order, seat,
    service_component, subscriber, subscription, workflow,
};

/// What is sent with `POST` and only reads.
pub(super) const READING: &[&str] = &["service/authorization/getRoleList"];

/// All calls.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    let all = [
        customer::ROWS,
        subscriber::ROWS,
        order::ROWS,
        subscription::ROWS,
        seat::ROWS,
        admission::ROWS,
        authentication::ROWS,
        authorization::ROWS,
        workflow::ROWS,
        service_component::ROWS,
        offering::ROWS,
        index::ROWS,
    ];
    all.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_calls_are_the_same() {
        let told = |it: &Row| format!("{} {} {:?}", it.method, it.path, it.by.name());
        let mut all: Vec<_> = rows().map(told).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        for path in READING {
            assert!(rows().any(|it| it.path == *path && !it.writes()), "{path}");
        }
    }
}
