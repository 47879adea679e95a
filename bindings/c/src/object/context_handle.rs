//! What the opaque pointers of context variables, contexts and tokens point at.

use std::sync::{Arc, Mutex};

use hedgerow::object::context::{Context, ContextStack, ContextVar, Token, Watcher};

use super::error::CallResult;
use crate::mark::Mark;
use crate::pointers::{Handle, Out, leak};
use crate::status::{Status, StatusResult};

const VAR: u64 = u64::from_le_bytes(*b"hr   var");
const CONTEXT: u64 = u64::from_le_bytes(*b"hr conte");
/// A context that is lent to a callback, and stands on the library's stack.
const LENT: u64 = u64::from_le_bytes(*b"hr  lent");
const TOKEN: u64 = u64::from_le_bytes(*b"hr token");
const STACK: u64 = u64::from_le_bytes(*b"hr stack");
const WATCHER: u64 = u64::from_le_bytes(*b"hr watch");

/// Python's `ContextVar`: a variable that each context has its own value of.
///
/// Made by `hedgerow_context_var_new` and others, freed by `hedgerow_context_var_free`. Several
/// handles may refer to one variable.
///
/// Threads: any, several at once. It is freed when no other thread uses it.
#[cfg_attr(not(doc), repr(C))]
pub struct CContextVar {
    mark: Mark,
    var: ContextVar,
}

/// Python's `Context`: a map from context variables to values.
///
/// Made by `hedgerow_context_new` and others, freed by `hedgerow_context_free`. Several handles may
/// refer to one context. A context that contains itself, also through objects, is never freed:
/// reset the variable.
///
/// Threads: any, several at once; but one at a time may enter it. A handle is freed when no other
/// thread uses it.
#[cfg_attr(not(doc), repr(C))]
pub struct CContext {
    mark: Mark,
    context: Context,
}

/// Python's `Token`: what resets a context variable.
///
/// Made by `hedgerow_context_var_set`, freed by `hedgerow_context_token_free`.
///
/// Threads: any, several at once. It is freed when no other thread uses it.
#[cfg_attr(not(doc), repr(C))]
pub struct CToken {
    mark: Mark,
    token: Arc<Token>,
}

/// The contexts that a coroutine has entered, while it does not run.
///
/// Made by `hedgerow_context_stack_new`, freed by `hedgerow_context_stack_free`, which leaves its
/// contexts.
///
/// Threads: any, one after the other.
#[cfg_attr(not(doc), repr(C))]
pub struct CContextStack {
    mark: Mark,
    stack: Arc<Mutex<ContextStack>>,
}

/// A function that is told of switches.
///
/// Made by `hedgerow_context_watch`, freed by `hedgerow_context_unwatch`, which ends the watching.
///
/// Threads: any.
#[cfg_attr(not(doc), repr(C))]
pub struct CWatcher {
    mark: Mark,
    _watcher: Watcher,
}

impl CContextVar {
    /// The variable, which the running call borrows: it runs no callback, so nobody frees it.
    pub(super) fn borrowed(&self) -> Result<&ContextVar, Status> {
        if self.mark.is(VAR) { Ok(&self.var) } else { Err(Status::Handle) }
    }
}

impl CContext {
    /// The context, which the running call borrows: it runs no callback, so nobody frees it.
    pub(super) fn borrowed(&self) -> Result<&Context, Status> {
        let is_live = self.mark.is(CONTEXT) || self.mark.is(LENT);
        if is_live { Ok(&self.context) } else { Err(Status::Handle) }
    }

    /// Lends a context to a callback, which may not free it.
    pub(super) fn lend<T>(context: &Context, call: impl FnOnce(*const CContext) -> T) -> T {
        let lent = CContext { mark: Mark::new(LENT), context: context.clone() };
        let result = call(&raw const lent);
        let _ = lent.mark.end(LENT);
        result
    }
}

impl Handle for CContextVar {
    type Content = ContextVar;

    fn content(&self) -> Result<ContextVar, Status> {
        self.borrowed().cloned()
    }

    fn end(&self) -> StatusResult {
        self.mark.end(VAR)
    }
}

impl Handle for CContext {
    type Content = Context;

    fn content(&self) -> Result<Context, Status> {
        self.borrowed().cloned()
    }

    fn end(&self) -> StatusResult {
        if self.mark.is(LENT) { Err(Status::Busy) } else { self.mark.end(CONTEXT) }
    }
}

impl Handle for CToken {
    type Content = Arc<Token>;

    fn content(&self) -> Result<Arc<Token>, Status> {
        if self.mark.is(TOKEN) { Ok(self.token.clone()) } else { Err(Status::Handle) }
    }

    fn end(&self) -> StatusResult {
        self.mark.end(TOKEN)
    }
}

impl Handle for CContextStack {
    type Content = Arc<Mutex<ContextStack>>;

    fn content(&self) -> Result<Arc<Mutex<ContextStack>>, Status> {
        if self.mark.is(STACK) { Ok(self.stack.clone()) } else { Err(Status::Handle) }
    }

    fn end(&self) -> StatusResult {
        self.mark.end(STACK)
    }
}

impl CWatcher {
    pub(super) fn end(&self) -> StatusResult {
        self.mark.end(WATCHER)
    }
}

/// Hands out a variable, as a handle that the caller frees.
pub(super) fn give_var(out: &Out<*mut CContextVar>, var: ContextVar) -> CallResult {
    out.set(leak(CContextVar { mark: Mark::new(VAR), var })?);
    Ok(Status::Ok)
}

/// Hands out a context, as a handle that the caller frees.
pub(super) fn give_context(out: &Out<*mut CContext>, context: Context) -> CallResult {
    out.set(leak(CContext { mark: Mark::new(CONTEXT), context })?);
    Ok(Status::Ok)
}

/// What a token's handle is, in memory that is asked for before the variable is set.
pub(super) fn token_handle(token: Token) -> CToken {
    CToken { mark: Mark::new(TOKEN), token: Arc::new(token) }
}

/// Hands out an empty stack.
pub(super) fn give_stack(out: &Out<*mut CContextStack>) -> CallResult {
    let stack = Arc::new(Mutex::new(ContextStack::new()));
    out.set(leak(CContextStack { mark: Mark::new(STACK), stack })?);
    Ok(Status::Ok)
}

/// Hands out what ends a watching.
pub(super) fn give_watcher(out: &Out<*mut CWatcher>, watcher: Watcher) -> CallResult {
    out.set(leak(CWatcher { mark: Mark::new(WATCHER), _watcher: watcher })?);
    Ok(Status::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_go_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<CContextVar>();
        is_shared::<CContext>();
        is_shared::<CToken>();
        is_shared::<CContextStack>();
        is_shared::<CWatcher>();
    }
}
