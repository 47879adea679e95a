//! `contextvars` (PEP 567): variables that each task has its own value of.
//!
//! A [`ContextVar`] is a variable, a [`Context`] is a map from variables to values. A thread has a
//! current context, which [`ContextVar::get`] reads and [`ContextVar::set`] changes. A new task
//! gets a copy of the current context, made in O(1), and [runs](Context::run) in it: so it sees
//! what its parent had set, and nobody sees what it sets.
//!
//! ```
//! use hedgerow::object::context::{ContextVar, copy_context};
//! use hedgerow::object::{HashPolicy, Value, repr};
//!
//! let user = ContextVar::new("user", Some("nobody".into()), &HashPolicy::cpython(0));
//! let token = user.set("ada".into())?;
//! let task = copy_context();
//! task.run(|| user.set("grace".into()))??;
//! assert_eq!(repr(&user.get()?)?, "'ada'");
//! assert_eq!(repr(&task.item(&user)?)?, "'grace'");
//! user.reset(&token)?;
//! assert_eq!(repr(&user.get()?)?, "'nobody'");
//! # Ok::<(), hedgerow::object::ObjectError>(())
//! ```
//!
//! | operation | cost |
//! | --- | --- |
//! | [`ContextVar::get`] | O(1), from a cache of the thread; a lookup and a lock the first time |
//! | [`ContextVar::get_ref`] | the same, without an atomic count: the fast way |
//! | [`ContextVar::set`], [`reset`](ContextVar::reset) | O(d), d nodes on a path: mostly 1 or 2 |
//! | [`copy_context`], [`Context::copy`] | O(1) |
//! | [`Context::run`], [`enter`](Context::enter), [`exit`](Context::exit) | O(v), v cached values |
//! | [`Context::equal`] | O(what differs) for copies of one context, or else O(n) |
//! | [`keys`](Context::keys), [`values`](Context::values), [`items`](Context::items) | O(n) |
//!
//! # The cache
//!
//! Each thread has a table of the values that variables have in its current context. A variable
//! has a number, which says where in the table it stands. Only `set` and `reset` in this thread
//! change the current context, since no other thread can enter it meanwhile. They change the table,
//! too, and a change of the current context empties it. So what stands there is right, and no value
//! lives longer because of it.
//!
//! # Threads
//!
//! Variables, contexts and tokens are `Send` and `Sync`. A context may be read and copied by any
//! thread while another one runs in it; only one at a time can enter it. A new thread has an empty
//! context, as in CPython. To hand one down, send a copy and [`run`](Context::run) there.
//!
//! A host that switches between coroutines, each with a call stack of its own, keeps a
//! [`ContextStack`] for each, and swaps it in.
//!
//! # User code
//!
//! Destructors of values, equalities, reprs and [watchers](watch) are user code. They run while
//! nothing here is borrowed or locked, and may use the same variables and contexts. A value that
//! `set` or `reset` replaces dies after all is done, so what its destructor sets stays.
//!
//! A context that contains itself, as a value of one of its variables, is never dropped: reset that
//! variable.

// The lowest layer first: each uses only those before it.
mod vars;

mod cache;
mod value_ref;
mod watch;

mod stack;

mod token;

mod access;
mod mapping;
mod variable;

pub use mapping::{ContextItems, ContextKeys, ContextValues};
pub use stack::{ContextStack, copy_context};
pub use token::{Token, TokenScope};
pub use value_ref::ValueRef;
pub use vars::{Context, ContextVar};
pub use watch::{Watcher, watch};
