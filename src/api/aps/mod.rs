//! The APS 2 bus, as far as it is spoken: its query language.

#[expect(dead_code, unused_imports, reason = "the bus asks it when its lists are there")]
mod rql;
