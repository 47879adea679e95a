//! A row of the entry arena: an entry, or nothing.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use super::super::layout::Entry;
use super::{Region, Zeroed};

/// A row: an entry, or vacant, which is a birth of 0. So memory that was never written, or was
/// given back, is vacant rows, and a row takes no more than its entry.
#[repr(transparent)]
pub(crate) struct Row<K, V> {
    entry: MaybeUninit<Entry<K, V>>,
    /// The entry belongs to the row, which matters to what a store may borrow.
    owned: PhantomData<Entry<K, V>>,
}

// SAFETY: contract 3: a birth of 0 is a vacant row.
unsafe impl<K, V> Zeroed for Row<K, V> {}

impl<K, V> Row<K, V> {
    /// A row with an entry.
    #[inline(always)]
    pub(crate) fn occupied(entry: Entry<K, V>) -> Self {
        Row { entry: MaybeUninit::new(entry), owned: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn is_vacant(&self) -> bool {
        // SAFETY: contract 3: the word is initialised. A `Birth` is the `u32` in it.
        unsafe {
            (*(&raw const (*self.entry.as_ptr()).birth).cast::<AtomicU32>()).load(Relaxed) == 0
        }
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&Entry<K, V>> {
        // SAFETY: contract 3.
        if self.is_vacant() { None } else { Some(unsafe { self.entry.assume_init_ref() }) }
    }

    #[inline(always)]
    pub(crate) fn get_mut(&mut self) -> Option<&mut Entry<K, V>> {
        // SAFETY: contract 3.
        if self.is_vacant() { None } else { Some(unsafe { self.entry.assume_init_mut() }) }
    }

    /// Puts an entry into a vacant row. In one that is not, the old entry would not be dropped.
    #[inline(always)]
    pub(crate) fn put(&mut self, entry: Entry<K, V>) {
        debug_assert!(self.is_vacant(), "a row that is handed out is vacant (A2)");
        self.entry.write(entry);
    }

    /// Takes the entry out. The row is vacant then.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<Entry<K, V>> {
        if self.is_vacant() { None } else { Some(self.take_occupied()) }
    }

    /// The same for a row that is not vacant. Panics if it is.
    #[inline(always)]
    pub(crate) fn take_occupied(&mut self) -> Entry<K, V> {
        assert!(!self.is_vacant(), "a row that is emptied is occupied (A2)");
        // SAFETY: contract 3; the birth is set to 0 below, so the entry is not read again.
        let entry = unsafe { self.entry.assume_init_read() };
        // SAFETY: contract 3: it stays initialised.
        unsafe { (&raw mut (*self.entry.as_mut_ptr()).birth).cast::<u32>().write(0) };
        entry
    }

    /// The entry of a row that is occupied.
    ///
    /// # Safety
    ///
    /// It is.
    #[inline(always)]
    pub(super) unsafe fn get_unchecked(&self) -> &Entry<K, V> {
        // SAFETY: contract 3, and the caller's word.
        unsafe { self.entry.assume_init_ref() }
    }
}

impl<K, V> Region<Row<K, V>> {
    /// An empty region of rows, whose entries are dropped with it.
    pub(crate) fn of_rows(most: usize) -> Self {
        if std::mem::needs_drop::<Entry<K, V>>() {
            Region::with_drop(most, drop_rows::<K, V>)
        } else {
            Region::new(most)
        }
    }
}

/// Drops the entries of so many rows.
///
/// # Safety
///
/// They are rows of this type, and are not read again.
unsafe fn drop_rows<K, V>(first: NonNull<u8>, count: usize) {
    /// Rows that are left. If dropping an entry panics, dropping this drops the others.
    struct Rest<K, V> {
        next: NonNull<Row<K, V>>,
        count: usize,
    }

    impl<K, V> Rest<K, V> {
        fn drop_all(&mut self) {
            while self.count != 0 {
                let mut row = self.next;
                self.count -= 1;
                // SAFETY: the caller's word: there are `count` rows; then, it is their end.
                self.next = unsafe { row.add(1) };
                // SAFETY: as above; no other reference to the row exists.
                drop(unsafe { row.as_mut() }.take());
            }
        }
    }

    impl<K, V> Drop for Rest<K, V> {
        fn drop(&mut self) {
            self.drop_all();
        }
    }

    Rest::<K, V> { next: first.cast(), count }.drop_all();
}
