//! Collections that grow where the allocator agrees: what an operation collects while it runs.
//!
//! The methods of `Vec` end the process where it refuses.

/// The allocator refused so many bytes. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) usize);

/// What a `Vec` can do without ending the process.
pub(crate) trait TryPush<T> {
    /// Adds an item at the end.
    fn try_push(&mut self, item: T) -> Result<(), Refused>;
    /// Adds items at the end. Those before the one that is refused stay.
    fn try_extend(&mut self, items: impl IntoIterator<Item = T>) -> Result<(), Refused>;
}

impl<T> TryPush<T> for Vec<T> {
    #[inline]
    fn try_push(&mut self, item: T) -> Result<(), Refused> {
        // The other branch knows that there is room, and does not look again.
        if self.len() == self.capacity() {
            return grow_and_push(self, item);
        }
        self.push(item);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, items: impl IntoIterator<Item = T>) -> Result<(), Refused> {
        items.into_iter().try_for_each(|item| self.try_push(item))
    }
}

/// An empty vector with room for so many items.
pub(crate) fn with_room<T>(count: usize) -> Result<Vec<T>, Refused> {
    let mut items = Vec::new();
    items.try_reserve_exact(count).map_err(|_| refused::<T>(count))?;
    Ok(items)
}

/// The items in a vector.
pub(crate) fn try_collect<T>(items: impl IntoIterator<Item = T>) -> Result<Vec<T>, Refused> {
    let mut items = items.into_iter();
    let expected = items.size_hint().0;
    let mut collected = with_room(expected)?;
    collected.extend(items.by_ref().take(expected));
    collected.try_extend(items)?;
    Ok(collected)
}

/// A vector of so many copies of one value.
pub(crate) fn filled<T: Clone>(value: T, count: usize) -> Result<Vec<T>, Refused> {
    let mut items = with_room(count)?;
    items.resize(count, value);
    Ok(items)
}

#[cold]
fn grow_and_push<T>(items: &mut Vec<T>, item: T) -> Result<(), Refused> {
    items.try_reserve(1).map_err(|_| refused::<T>(items.len() + 1))?;
    items.push(item);
    Ok(())
}

#[cold]
fn refused<T>(count: usize) -> Refused {
    Refused(count.saturating_mul(size_of::<T>()))
}
