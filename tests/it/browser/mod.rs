//! The UI as people meet it: in a real browser, over a real socket.
//!
//! What drives the browser is ours and small. The crates for it (chromiumoxide, headless_chrome)
//! generate the whole DevTools protocol, ninety seconds of building on one core for the thirty
//! commands that are used here; through pipes the protocol needs nothing that is not here already.

mod axe;
mod bundle;
mod buyer;
mod carried;
mod catalog;
mod choosing;
mod chromium;
mod complaint;
mod consumer;
mod day;
mod door;
mod file;
mod first_offer;
mod guest;
mod injection;
mod inspection;
mod invoice_page;
mod journey;
mod key;
mod keyboard;
mod lost;
mod marketplace;
mod pipe;
mod place;
mod plan;
mod planted;
mod shelf;
mod shop;
mod stage;
mod stock;
mod tab;
mod tour;
mod usage_source;
mod weight;
mod window;
mod words;
