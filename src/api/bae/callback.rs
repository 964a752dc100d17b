//! Calling back whoever settled: the reports of the run, in the words of this contract, to the `callbackUrl` that
//! was said. Nobody listens to anything else in them.

use std::sync::Arc;

use super::revenue_report;
use crate::domain::event::Fact;
use crate::domain::id::DocumentId;
use crate::domain::listener::Listener;
use crate::domain::stamp::Contract;
use crate::services::dialect::{Answered, Asked, Dialect, Message};
use crate::services::{Bss, Cx, Error, settlement};

/// The words of who is called back.
pub(crate) struct Callbacks;

impl Dialect for Callbacks {
    fn contract(&self) -> Contract {
        Contract::Bae
    }

    fn render(&self, _: Cx<'_>, _: &Fact, _: &Listener) -> Result<Vec<Message>, Error> {
        Ok(Vec::new())
    }

    fn ask(&self, _: &Asked<'_>) -> Result<Option<Message>, Error> {
        Ok(None)
    }

    fn answer(&self, _: &[u8]) -> Result<Answered, Error> {
        Err(Error::internal("this contract asks nobody to deliver anything"))
    }

    fn errand(&self, bss: &Arc<Bss>, id: DocumentId) -> Result<bool, Error> {
        settlement::call(bss, id, |cx, reports| revenue_report::sent(cx, &reports))
    }
}
