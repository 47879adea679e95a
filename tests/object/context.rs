//! The cases of CPython's own tests of contextvars (`ContextTest` of Lib/test/test_context.py,
//! 3.15), one by one; those of tokens are in `object_context_tokens.rs`.
//!
//! The bugs this hunts: anything that CPython's authors thought of, and had wrong once.
//!
//! Not here: what the types of Rust exclude (`test_context_subclassing_1`, `test_context_new_1`,
//! `test_context_run_1`: subclasses, and wrong numbers of arguments).

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use crate::context_cases::{
    List, Outcome, isolated, on_eq, policy, says, shows, var, var_or, words,
};
use hedgerow::object::context::{Context, ContextVar, copy_context};
use hedgerow::object::{Comparison, ObjectError, PyStr, Value, hash, is};

#[test]
fn context_var_new_1() {
    says(ContextVar::named(&1.into(), None, &policy()), "TypeError", "must be a str");
    let c = ContextVar::named(&"aaa".into(), None, &policy()).unwrap();
    assert_eq!(*c.name(), PyStr::from("aaa"));
    assert_ne!(c.hash_value(), hash(&"aaa".into(), &policy()).unwrap());
    assert_eq!(hash(&c.to_value(), &policy()).unwrap(), c.hash_value());
}

/// A str of a type of its own is an object of the host's here, and no str.
#[test]
fn context_new_unhashable_str_subclass() {
    let weird = on_eq(|| Ok(Comparison::NotImplemented));
    says(ContextVar::named(&weird, None, &policy()), "TypeError", "must be a str");
}

#[test]
fn context_typerrors_1() {
    let refused = ContextVar::of_key(&1.into());
    assert_eq!(words(refused), "TypeError: a ContextVar key was expected, got 1");
    says(hash(&Context::new().to_value(), &policy()), "TypeError", "unhashable type: ");
}

#[test]
fn context_get_context_1() {
    isolated(|| {
        var("x").set(1.into())?;
        let ctx = copy_context();
        assert!(!ctx.is_entered() && ctx.equal(&Context::current().unwrap())?);
        assert_eq!(ctx.to_value().type_name(), "_contextvars.Context");
        Ok(())
    });
}

/// What is passed and returned is the closure's.
#[test]
fn context_run_2() {
    let ctx = Context::new();
    let func = |args: &[&'static str]| [args, &["bar"]].concat();
    assert_eq!(ctx.run(|| func(&[])).unwrap(), ["bar"]);
    assert_eq!(ctx.run(|| func(&["11", "2"])).unwrap(), ["11", "2", "bar"]);
}

#[test]
fn context_run_3() {
    let ctx = Context::new();
    for _ in 0..3 {
        let failed = ctx.run(|| Err::<(), _>(ObjectError::Value("division by zero".into())));
        assert_eq!(words(failed.unwrap()), "ValueError: division by zero");
        let panicked = std::panic::catch_unwind(|| {
            ctx.run(|| std::panic::resume_unwind(Box::new("division by zero")))
        });
        assert!(panicked.is_err() && !ctx.is_entered());
    }
}

#[test]
fn context_run_4() {
    isolated(|| {
        let (ctx1, ctx2, var) = (Context::new(), Context::new(), var("var"));
        let returned = ctx1.run(|| {
            assert!(var.get_or_none().is_none());
            var.set("spam".into())?;
            ctx2.run(|| shows(var.get_or(Value::None), "None"))?;
            shows(var.get()?, "'spam'");
            let current = copy_context();
            assert_eq!(current.len(), 1);
            shows(current.item(&var)?, "'spam'");
            Ok::<_, ObjectError>(current)
        })??;
        assert!(ctx1.equal(&returned)? && returned.contains(&var));
        shows(returned.item(&var)?, "'spam'");
        Ok(())
    });
}

#[test]
fn context_run_5() {
    let var = var("var");
    let failed = Context::new().run(|| -> Outcome {
        assert!(var.get_or_none().is_none());
        var.set("spam".into())?;
        Err(ObjectError::Value("on purpose".into()))
    });
    says(failed.unwrap(), "ValueError", "on purpose");
    assert!(var.get_or_none().is_none());
}

#[test]
fn context_run_6() {
    let (ctx, c) = (Context::new(), var_or("a", 0));
    let run = ctx.run(|| -> Outcome {
        shows(c.get()?, "0");
        shows(ctx.get(&c), "nothing");
        c.set(42.into())?;
        shows(c.get()?, "42");
        shows(ctx.get(&c), "42");
        Ok(())
    });
    run.unwrap().unwrap();
}

#[test]
fn context_run_7() {
    let ctx = Context::new();
    let run = ctx.run(|| ctx.run(|| ()));
    let message = format!("cannot enter context: {} is already entered", ctx.repr());
    assert_eq!(words(run.unwrap()), format!("RuntimeError: {message}"));
}

#[test]
fn context_getset_1() {
    isolated(|| {
        let c = var("c");
        says(c.get(), "LookupError", "<ContextVar name='c' at ");
        shows(c.get_or(Value::None), "None");

        let t0 = c.set(42.into())?;
        shows(c.get()?, "42");
        shows(c.get_or(Value::None), "42");
        assert!(t0.old_value().is_none() && *t0.var() == c);

        let t = c.set("spam".into())?;
        shows(c.get()?, "'spam'");
        shows(t.old_value().cloned(), "42");
        c.reset(&t)?;
        shows(c.get()?, "42");

        c.set("spam2".into())?;
        says(c.reset(&t), "RuntimeError", "> has already been used once");
        shows(c.get()?, "'spam2'");

        let ctx1 = copy_context();
        assert!(ctx1.contains(&c));
        c.reset(&t0)?;
        says(c.reset(&t0), "RuntimeError", "<Token used var=<ContextVar name='c' at ");
        shows(c.get_or(Value::None), "None");

        shows(ctx1.item(&c)?, "'spam2'");
        assert_eq!((ctx1.len(), ctx1.items().len()), (1, 1));
        assert_eq!(format!("{:?}", ctx1.items()), format!("[({c:?}, 'spam2')]"));
        assert_eq!(format!("{:?}", ctx1.values()), "['spam2']");
        assert!(ctx1.keys().eq([c.clone()]));

        let ctx2 = copy_context();
        assert!(!ctx2.contains(&c) && ctx2.get(&c).is_none());
        let Err(ObjectError::Key(key, _)) = ctx2.item(&c) else { panic!("it is not there") };
        assert!(is(&key, &c.to_value()));
        assert_eq!((ctx2.len(), ctx2.keys().count()), (0, 0));
        Ok(())
    });
}

#[test]
fn context_getset_2() {
    isolated(|| {
        let (v1, v2) = (var("v1"), var("v2"));
        let t1 = v1.set(42.into())?;
        says(v2.reset(&t1), "ValueError", "> was created by a different ContextVar");
        assert!(!t1.is_used());
        Ok(())
    });
}

#[test]
fn context_getset_3() {
    let (c, ctx) = (var_or("c", 42), Context::new());
    let run = ctx.run(|| -> Outcome {
        shows(c.get()?, "42");
        says(ctx.item(&c), "KeyError", "<ContextVar name='c' default=42 at ");
        shows(ctx.get(&c), "nothing");
        assert!(!ctx.contains(&c) && ctx.keys().count() == 0);

        let t = c.set(1.into())?;
        assert!(ctx.keys().eq([c.clone()]));
        shows(ctx.item(&c)?, "1");

        c.reset(&t)?;
        assert_eq!(ctx.keys().count(), 0);
        says(ctx.item(&c), "KeyError", "");
        Ok(())
    });
    run.unwrap().unwrap();
}

#[test]
fn context_getset_4() {
    isolated(|| {
        let (c, ctx) = (var_or("c", 42), Context::new());
        let token = ctx.run(|| c.set(1.into()))??;
        says(c.reset(&token), "ValueError", "> was created in a different Context");
        assert!(!token.is_used());
        Ok(())
    });
}

#[test]
fn context_getset_5() {
    isolated(|| {
        let c = var_or("c", 42);
        c.set(List::value())?;
        copy_context().run(|| -> Outcome {
            c.set(List::value())?;
            List::push(&c.get()?, 42.into());
            shows(c.get()?, "[42]");
            Ok(())
        })??;
        shows(c.get()?, "[]");
        Ok(())
    });
}

#[test]
fn context_copy_1() {
    let (ctx1, c) = (Context::new(), var_or("c", 42));
    let run = ctx1.run(|| -> Outcome {
        c.set(10.into())?;
        let ctx2 = ctx1.copy();
        shows(ctx2.item(&c)?, "10");

        c.set(20.into())?;
        shows(ctx1.item(&c)?, "20");
        shows(ctx2.item(&c)?, "10");

        ctx2.run(|| -> Outcome {
            shows(c.get()?, "10");
            c.set(30.into())?;
            shows(c.get()?, "30");
            Ok(())
        })??;
        shows(ctx1.item(&c)?, "20");
        shows(ctx2.item(&c)?, "30");
        Ok(())
    });
    run.unwrap().unwrap();
}

/// The methods of `collections.abc.Mapping`.
#[test]
fn context_isinstance() {
    let (ctx, c) = (Context::new(), var("c"));
    assert!(!ctx.contains(&c) && ctx.equal(&Context::new()).unwrap() && ctx.item(&c).is_err());
    assert!(ctx.is_empty() && ctx.get(&c).is_none());
    assert!(ctx.items().next().is_none() && ctx.keys().next().is_none());
    assert!(ctx.values().next().is_none());
}

#[test]
fn context_threads_1() {
    isolated(|| {
        let var = &var("cvar");
        let sub = |number: i64| {
            for step in 0..10 {
                var.set((number + step).into()).unwrap();
                thread::sleep(Duration::from_millis(1 + (number as u64 * 7 + step as u64) % 5));
                shows(var.get().unwrap(), &(number + step).to_string());
            }
            number
        };
        let results = thread::scope(|scope| {
            let threads: Vec<_> = (0..10).map(|number| scope.spawn(move || sub(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<i64>>()
        });
        assert_eq!(results, (0..10).collect::<Vec<i64>>());
        Ok(())
    });
}

/// A new thread has an empty context, as with `thread_inherit_context=0`. With 1, CPython runs it
/// in a copy, and so can a host.
#[test]
fn context_thread_inherit() {
    isolated(|| {
        let (cvar, custom_var) = (var("cvar"), var("custom"));
        cvar.set(1.into())?;
        let (inherited, custom) = (copy_context(), Context::new());
        custom.run(|| custom_var.set(2.into()))??;
        thread::scope(|scope| {
            scope.spawn(|| assert!(cvar.get_or_none().is_none()));
            scope.spawn(|| inherited.run(|| shows(cvar.get_or_none(), "1")).unwrap());
            scope.spawn(|| custom.run(|| shows(custom_var.get_or_none(), "2")).unwrap());
            scope.spawn(|| Context::new().run(|| says(cvar.get(), "LookupError", "cvar")).unwrap());
        });
        Ok(())
    });
}

#[test]
fn context_eq_reentrant_contextvar_set() {
    let (var, ctx1, ctx2) = (var("v"), Context::new(), Context::new());
    let sets = {
        let (var, ctx1) = (var.clone(), ctx1.clone());
        on_eq(move || {
            ctx1.run(|| var.set(List::value()))??;
            Ok(Comparison::Equal)
        })
    };
    ctx1.run(|| var.set(sets)).unwrap().unwrap();
    ctx2.run(|| var.set(List::value())).unwrap().unwrap();
    assert!(ctx1.equal(&ctx2).unwrap());
    assert_eq!(ctx1.item(&var).unwrap().type_name(), "list");
}

/// Values are not hashed there either: only their equality is asked, once.
#[test]
fn context_eq_reentrant_contextvar_set_in_hash() {
    let (var, ctx1, ctx2) = (var("v"), Context::new(), Context::new());
    let asked = Arc::new(OnceLock::new());
    let once = asked.clone();
    let compared = on_eq(move || {
        assert!(once.set(()).is_ok(), "it is asked once");
        Ok(Comparison::Equal)
    });
    ctx1.run(|| var.set(compared)).unwrap().unwrap();
    ctx2.run(|| var.set(List::value())).unwrap().unwrap();
    assert!(ctx1.equal(&ctx2).unwrap() && asked.get().is_some());
}
