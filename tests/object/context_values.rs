//! Values that are read where they are, and contexts that are copied and dropped: how long each
//! value lives.
//!
//! The bugs this hunts: a value that dies while it is read, or outlives its context and its
//! readers; a copy that sees a later change, or keeps a value alive; a context in memory of another
//! one, with something of that in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::on_drop::{is_int, on_drop, var};
use hedgerow::object::context::{Context, copy_context};
use hedgerow::object::{Value, is};

#[test]
fn a_value_that_is_read_where_it_is_lives_as_long_as_it_is_read() {
    let (var, other) = (var("v"), var("other"));
    let deaths = Arc::new(AtomicUsize::new(0));
    let mortal = || {
        let (deaths, var, other) = (deaths.clone(), var.clone(), other.clone());
        on_drop(move || {
            // Destructors read and set, too.
            let seen = var.get_ref();
            other.set(7.into()).unwrap();
            drop((seen, other.get_ref()));
            deaths.fetch_add(1, Ordering::SeqCst);
        })
    };
    let dead = || deaths.load(Ordering::SeqCst);
    Context::new()
        .run(|| {
            // Looked up, set, set again, reset, and left.
            for round in 0..3 {
                drop(var.set(mortal()).unwrap());
                let first = var.get_ref().unwrap();
                let token = var.set(mortal()).unwrap();
                let second = var.get_ref().unwrap();
                assert!(!is(&first, &second) && dead() == 2 * round);
                drop(first.clone());
                var.reset(&token).unwrap();
                assert!(is(&first, &var.get_ref().unwrap()));
                drop(token);
                assert_eq!(dead(), 2 * round, "the second one is being read");
                drop(second);
                assert_eq!(dead(), 2 * round + 1);
                drop(var.set(Value::None).unwrap());
                assert_eq!(dead(), 2 * round + 1, "the first one is being read");
                drop(first);
                assert_eq!(dead(), 2 * round + 2);
            }
        })
        .unwrap();
    let task = Context::new();
    task.run(|| var.set(mortal()).map(drop)).unwrap().unwrap();
    let kept = task.run(|| var.get_ref()).unwrap().unwrap();
    drop(task);
    assert_eq!((dead(), var.get_ref().is_none()), (6, true));
    drop(kept);
    assert_eq!(dead(), 7);
}

#[test]
fn copies_keep_no_value_alive_and_see_no_later_change() {
    let (var, other) = (var("v"), var("other"));
    let deaths = Arc::new(AtomicUsize::new(0));
    let counts = deaths.clone();
    let value = on_drop(move || {
        counts.fetch_add(1, Ordering::SeqCst);
    });
    let context = Context::new();
    context
        .run(|| {
            drop(var.set(value).unwrap());
            for number in 0..5_i64 {
                let copies = [copy_context(), copy_context(), context.copy()];
                other.set(number.into()).unwrap();
                assert!(copies.iter().all(|copy| {
                    copy.get(&other).is_none_or(|value| is_int(Some(value), number - 1))
                }));
                assert!(is_int(copy_context().get(&other), number));
                // A context in between, which is left, and its copies, too.
                let inner = copy_context();
                inner
                    .run(|| other.set((-1).into()).map(|_| drop(copy_context())))
                    .unwrap()
                    .unwrap();
                assert!(is_int(copy_context().get(&other), number));
            }
            assert_eq!(deaths.load(Ordering::SeqCst), 0);
            drop(var.set(1.into()).unwrap());
            assert_eq!(deaths.load(Ordering::SeqCst), 1, "no copy is left");
        })
        .unwrap();
    assert!(!context.is_entered() && is_int(context.get(&var), 1));
}

#[test]
fn contexts_in_memory_of_others_are_new() {
    let var = var("v");
    for round in 0..200_i64 {
        let contexts: Vec<Context> = (0..100).map(|_| Context::new()).collect();
        for context in &contexts {
            assert!(context.is_empty() && !context.is_entered());
            context.run(|| var.set(round.into()).map(drop)).unwrap().unwrap();
        }
        // Some are dropped entered, some as objects, some in another thread.
        let values: Vec<Value> = contexts[..20].iter().map(Context::to_value).collect();
        contexts[20].enter().unwrap();
        let sent = contexts[30].clone();
        thread::spawn(move || drop(sent)).join().unwrap();
        assert!(Context::of_value(&values[3]).is_some_and(|it| it.is(&contexts[3])));
        drop(values);
        contexts[20].exit().unwrap();
    }
}
