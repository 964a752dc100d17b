//! What was worked out from a snapshot. It stays true as long as the snapshot is looked at, and is
//! forgotten with it, so that nobody has to say when it has changed.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::view::Table;

/// What is looked up again and again in one snapshot: for what is few, such as who sells.
#[derive(Default)]
pub struct Derived(RwLock<BTreeMap<(Table, u64), Arc<dyn Any + Send + Sync>>>);

impl Derived {
    /// What `work` makes of a table's row with a number; it is done once for each, as long as all
    /// who ask mean the same kind of thing.
    ///
    /// # Errors
    /// Those of the work.
    pub fn get_or<T, E>(
        &self,
        of: (Table, u64),
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
    {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&of).cloned();
        if let Some(known) = known.and_then(|it| it.downcast::<T>().ok()) {
            return Ok(known);
        }
        let made = Arc::new(work()?);
        let kept: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(&made);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(of, kept);
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table("numbers");

    #[test]
    fn what_is_worked_out_once_is_not_worked_out_again() {
        let derived = Derived::default();
        let asked = |number: u64, work: Result<u8, &'static str>| {
            derived.get_or((TABLE, number), || work).map(|it| *it)
        };
        assert_eq!(asked(1, Err("not yet")), Err("not yet"), "a failure is not kept");
        assert_eq!(asked(1, Ok(7)), Ok(7));
        assert_eq!(asked(1, Err("again")), Ok(7));
        assert_eq!(asked(2, Ok(8)), Ok(8), "another row is another thing");
        assert_eq!(derived.get_or((TABLE, 1), || Ok::<_, ()>("text")), Ok(Arc::new("text")));
    }
}
