//! How the bus names what is ours.

/// The id of a thing on the bus: what stands after the prefix of ours.
pub(crate) fn uuid(id: &str) -> &str {
    id.split_once('_').map_or(id, |it| it.1)
}

/// The path of a thing on the bus.
pub(crate) fn path(id: &str) -> String {
    format!("/aps/2/resources/{}", uuid(id))
}
