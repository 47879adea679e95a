//! The cases of CPython's own tests of contextvars that are about tokens and reprs, one by one.
//!
//! The bugs this hunts: a token that works twice or in the wrong place; a value that is reset over
//! one that a destructor set; a repr that never ends.

use std::any::Any;

use crate::context_cases::{List, Outcome, isolated, policy, says, shows, var, var_or};
use hedgerow::object::context::{ContextVar, Token};
use hedgerow::object::{Object, ObjectError, ObjectRef, Value, repr};

#[test]
fn context_var_repr_1() {
    isolated(|| {
        assert!(var("a").repr()?.starts_with("<ContextVar name='a' at 0x"));
        assert!(var_or("a", 123).repr()?.starts_with("<ContextVar name='a' default=123 at 0x"));

        let list = List::value();
        let c = ContextVar::new("a", Some(list.clone()), &policy());
        List::push(&list, c.to_value());
        assert!(c.repr()?.contains("default=[<ContextVar name='a' default=[...] at "));
        assert!(repr(&list)?.contains("..."));

        let t = c.set(1.into())?;
        assert!(t.repr()?.contains(&c.repr()?) && !t.repr()?.contains(" used "));
        c.reset(&t)?;
        assert!(t.repr()?.contains(" used "));
        let Value::Object(object) = &list else { panic!("{list:?}") };
        object.downcast_ref::<List>().unwrap().items.lock().unwrap().clear();
        Ok(())
    });
}

#[test]
fn token_repr_1() {
    isolated(|| {
        let c = var("a");
        let token = Value::from(ObjectRef::new(c.set(1.into())?));
        let Value::Object(object) = &token else { panic!("{token:?}") };
        let (of_var, of_token) = (c.address(), object.address());
        let expected = format!("<Token var=<ContextVar name='a' at {of_var:#x}> at {of_token:#x}>");
        assert_eq!(repr(&token)?, expected);
        Ok(())
    });
}

#[test]
fn reset_with_reentrant_finalizer() {
    struct Reenter(ContextVar);
    impl Object for Reenter {
        fn type_name(&self) -> &str {
            "Reenter"
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }
    impl Drop for Reenter {
        fn drop(&mut self) {
            self.0.set("finalizer".into()).unwrap();
        }
    }

    isolated(|| {
        let var = var("var");
        var.set("original".into())?;
        let token = var.set(Value::from(ObjectRef::new(Reenter(var.clone()))))?;
        var.reset(&token)?;
        shows(var.get()?, "'finalizer'");
        Ok(())
    });
}

#[test]
fn token_contextmanager_with_default() {
    isolated(|| {
        let c = var_or("c", 42);
        let token = c.set(36.into())?;
        let scope = token.scope();
        shows(c.get()?, "36");
        scope.exit()?;
        shows(c.get()?, "42");
        Ok(())
    });
}

#[test]
fn token_contextmanager_without_default() {
    isolated(|| {
        let c = var("c");
        let token = c.set(36.into())?;
        drop(token.scope());
        says(c.get(), "LookupError", "<ContextVar name='c'");
        Ok(())
    });
}

#[test]
fn token_contextmanager_on_exception() {
    isolated(|| {
        let c = var_or("c", 42);
        let body = || -> Outcome {
            let token = c.set(36.into())?;
            let _scope = token.scope();
            shows(c.get()?, "36");
            Err(ObjectError::Value("custom exception".into()))
        };
        says(body(), "ValueError", "custom exception");
        shows(c.get()?, "42");
        Ok(())
    });
}

#[test]
fn token_contextmanager_reentrant() {
    isolated(|| {
        let c = var_or("c", 42);
        let token = c.set(36.into())?;
        let (outer, inner) = (token.scope(), token.scope());
        shows(c.get()?, "36");
        inner.exit()?;
        says(outer.exit(), "RuntimeError", "> has already been used once");
        shows(c.get()?, "42");
        Ok(())
    });
}

#[test]
fn token_contextmanager_multiple_c_set() {
    isolated(|| {
        let c = var_or("c", 42);
        let token = c.set(36.into())?;
        let scope = token.scope();
        for value in [24, 12] {
            c.set(value.into())?;
            shows(c.get()?, &value.to_string());
        }
        scope.exit()?;
        shows(c.get()?, "42");
        Ok(())
    });
}

#[test]
fn token_contextmanager_with_explicit_reset_the_same_token() {
    isolated(|| {
        let c = var_or("c", 42);
        let token = c.set(36.into())?;
        let scope = token.scope();
        c.reset(&token)?;
        shows(c.get()?, "42");
        says(scope.exit(), "RuntimeError", "> has already been used once");
        shows(c.get()?, "42");
        Ok(())
    });
}

#[test]
fn token_contextmanager_with_explicit_reset_another_token() {
    isolated(|| {
        let c = var_or("c", 42);
        let token = c.set(36.into())?;
        let scope = token.scope();
        let inner = c.set(24.into())?;
        shows(c.get()?, "24");
        c.reset(&inner)?;
        shows(c.get()?, "36");
        scope.exit()?;
        shows(c.get()?, "42");
        Ok(())
    });
}

/// What a host shows as `Token.MISSING`.
#[test]
fn token_missing() {
    shows(Token::missing(), "<Token.MISSING>");
}
