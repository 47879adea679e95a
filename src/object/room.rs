//! Lists whose memory may be refused: [`Error::Allocation`].

use crate::Error;

/// What a `Vec` can do without ending the process.
pub(super) trait TryPush<T> {
    /// Adds an item at the end.
    fn try_push(&mut self, item: T) -> Result<(), Error>;

    /// Makes room for exactly so many items more.
    fn try_reserve_for(&mut self, count: usize) -> Result<(), Error>;
}

impl<T> TryPush<T> for Vec<T> {
    #[inline]
    fn try_push(&mut self, item: T) -> Result<(), Error> {
        if self.len() == self.capacity() {
            let bytes = (self.len() + 1) * size_of::<T>();
            self.try_reserve(1).map_err(|_| Error::Allocation { bytes })?;
        }
        self.push(item);
        Ok(())
    }

    fn try_reserve_for(&mut self, count: usize) -> Result<(), Error> {
        let bytes = count.saturating_mul(size_of::<T>());
        self.try_reserve_exact(count).map_err(|_| Error::Allocation { bytes })
    }
}

/// The items in a list.
pub(super) fn try_collect<T>(items: impl IntoIterator<Item = T>) -> Result<Vec<T>, Error> {
    let mut collected = Vec::new();
    items.into_iter().try_for_each(|item| collected.try_push(item))?;
    Ok(collected)
}

/// An empty list with room for so many items.
pub(super) fn try_with_capacity<T>(count: usize) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    let bytes = count.saturating_mul(size_of::<T>());
    list.try_reserve_exact(count).map_err(|_| Error::Allocation { bytes })?;
    Ok(list)
}
