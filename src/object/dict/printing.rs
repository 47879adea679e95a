//! Dicts that hold themselves print as `{...}`.

use std::cell::RefCell;

thread_local! {
    /// Addresses of the dicts that this thread is printing: CPython's `Py_ReprEnter`.
    static PRINTING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// A dict that is being printed, for as long as it lives.
pub(super) struct Printing(());

impl Printing {
    /// `None` if it is being printed already.
    pub(super) fn enter(address: usize) -> Option<Self> {
        PRINTING.with_borrow_mut(|printing| {
            let anew = !printing.contains(&address);
            anew.then(|| {
                printing.push(address);
                Printing(())
            })
        })
    }
}

impl Drop for Printing {
    fn drop(&mut self) {
        PRINTING.with_borrow_mut(Vec::pop);
    }
}
