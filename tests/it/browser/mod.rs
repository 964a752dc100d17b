//! The UI as people meet it: in a real browser, over a real socket.
//!
//! What drives the browser is ours and small. The crates for it (chromiumoxide, headless_chrome)
//! generate the whole DevTools protocol, ninety seconds of building on one core for the thirty
//! commands that are used here; through pipes the protocol needs nothing that is not here already.

mod axe;
mod buyer;
mod catalog;
mod chromium;
mod complaint;
mod consumer;
mod day;
mod door;
mod file;
mod first_offer;
mod injection;
mod inspection;
mod journey;
mod key;
mod lost;
mod pipe;
mod place;
mod plan;
mod planted;
mod shop;
mod stage;
mod stock;
mod tab;
mod tour;
mod weight;
mod window;
mod words;
