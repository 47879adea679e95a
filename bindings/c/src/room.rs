//! Lists, texts and structures whose memory may be refused: [`Status::Memory`].
//!
//! The methods of `Vec` and `Box` end the process where the allocator refuses.

use std::fmt;

use crate::status::Status;

/// What a `Vec` can do without ending the process.
pub(crate) trait TryPush<T> {
    /// Adds an item at the end.
    fn try_push(&mut self, item: T) -> Result<(), Status>;
}

impl<T> TryPush<T> for Vec<T> {
    #[inline]
    fn try_push(&mut self, item: T) -> Result<(), Status> {
        if self.len() == self.capacity() {
            self.try_reserve(1).map_err(|_| Status::Memory)?;
        }
        self.push(item);
        Ok(())
    }
}

/// An empty list with room for so many items.
pub(crate) fn with_room<T>(count: usize) -> Result<Vec<T>, Status> {
    let mut items = Vec::new();
    items.try_reserve_exact(count).map_err(|_| Status::Memory)?;
    Ok(items)
}

/// The items in a list, up to the first that is refused.
pub(crate) fn try_collect<T>(
    items: impl IntoIterator<Item = Result<T, Status>>,
) -> Result<Vec<T>, Status> {
    let items = items.into_iter();
    let mut collected = with_room(items.size_hint().0)?;
    for item in items {
        collected.try_push(item?)?;
    }
    Ok(collected)
}

/// Memory for one structure. Asked for before a call changes anything, so that its result is not
/// refused afterwards.
pub(crate) struct Spare<T>(Vec<T>);

impl<T> Spare<T> {
    pub(crate) fn new() -> Result<Self, Status> {
        with_room(1).map(Spare)
    }

    /// Puts the structure there.
    pub(crate) fn fill(self, structure: T) -> Box<[T]> {
        let Spare(mut list) = self;
        list.push(structure);
        // A list that is full becomes a box as it is.
        list.into_boxed_slice()
    }
}

/// What `shown` displays.
pub(crate) fn text_of(shown: impl fmt::Display) -> Result<String, Status> {
    let mut text = Text(String::new());
    fmt::write(&mut text, format_args!("{shown}")).map_err(|_| Status::Memory)?;
    Ok(text.0)
}

struct Text(String);

impl fmt::Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0.try_reserve(part.len()).map_err(|_| fmt::Error)?;
        self.0.push_str(part);
        Ok(())
    }
}
