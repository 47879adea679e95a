//! The names that the rules themselves look for.

use crate::object::{Name, Names};

macro_rules! special_names {
    ($($field:ident $text:literal)*) => {
        /// Names of special attributes, interned when a store is made.
        pub(super) struct Special {
            $(pub(super) $field: Name,)*
        }

        impl Special {
            /// Ends the process if there is no memory, as all of making a store does.
            pub(super) fn new(names: &mut Names<'_>) -> Self {
                Special {
                    $($field: names.intern($text).expect("memory for a few names"),)*
                }
            }
        }
    };
}

special_names! {
    dict "__dict__"
    weakref "__weakref__"
    doc "__doc__"
    module "__module__"
    qualname "__qualname__"
    hash "__hash__"
    eq "__eq__"
    getattr "__getattr__"
    set_name "__set_name__"
    init_subclass "__init_subclass__"
}
