//! What a read has loaded: a list that names one thing a thousand times loads it once.
//!
//! A snapshot stands still, so what was loaded from it stays right. An act has none, because it
//! changes what it reads.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::id::{Id, Subject};
use crate::store::{Record, Records, StoreError, View};

/// So many things are remembered; then it begins anew.
const THINGS_MAX: usize = 1_000;

/// What a read has loaded.
#[derive(Default)]
pub struct Memo(RefCell<BTreeMap<Subject, Arc<dyn Any + Send + Sync>>>);

impl Memo {
    /// The thing with an id, loaded if it was not before.
    pub(super) fn find<R: Record>(
        &self,
        view: &dyn View,
        id: R::Id,
    ) -> Result<Option<Arc<R>>, StoreError> {
        let known = self.0.borrow().get(&id.subject()).cloned();
        if let Some(known) = known.and_then(|it| it.downcast().ok()) {
            return Ok(Some(known));
        }
        let Some(found) = view.find::<R>(id)?.map(Arc::new) else { return Ok(None) };
        let mut all = self.0.borrow_mut();
        if all.len() == THINGS_MAX {
            all.clear();
        }
        all.insert(id.subject(), Arc::clone(&found) as Arc<dyn Any + Send + Sync>);
        Ok(Some(found))
    }
}
