//! Context variables in several threads and coroutines, and user code that runs meanwhile: what
//! CPython's tests cannot show.
//!
//! The bugs this hunts: a cached value of another context after a switch; two threads in one
//! context; a value that outlives its context, or a destructor that runs under a lock and waits for
//! it; watchers that miss a switch; a stack that overflows while nested contexts die.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use crate::on_drop::{is_int, on_drop, var};
use hedgerow::object::context::{Context, ContextStack, ContextVar, copy_context, watch};
use hedgerow::object::{HashPolicy, ObjectError, ObjectRef, Value, is, repr};

fn words<T>(result: Result<T, ObjectError>) -> String {
    result.map(|_| ()).map_or_else(|error| error.to_string(), |()| "no error".to_string())
}

#[test]
fn a_context_is_left_only_by_who_is_in_it() {
    let (one, two) = (Context::new(), Context::new());
    let not_entered = format!("cannot exit context: {} has not been entered", one.repr());
    assert_eq!(words(one.exit()), not_entered);
    one.enter().unwrap();
    two.enter().unwrap();
    let other = "cannot exit context: thread state references a different context object";
    assert_eq!(words(one.exit()), other);
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(words(two.exit()), other);
            assert!(words(two.enter()).ends_with("> is already entered"));
        });
    });
    two.exit().unwrap();
    one.exit().unwrap();
    assert!(Context::current().is_none() && !one.is_entered() && !two.is_entered());

    // One that the body of a run does not leave.
    assert_eq!(words(one.run(|| two.enter().unwrap())), other);
    two.exit().unwrap();
    one.exit().unwrap();
}

#[test]
fn the_context_that_a_set_makes_is_nobodys_to_leave_or_to_enter() {
    thread::spawn(|| {
        var("v").set(1.into()).unwrap();
        let base = Context::current().unwrap();
        assert_eq!((copy_context().len(), Context::current().is_some()), (1, true));
        assert!(words(base.exit()).ends_with("> has not been entered"));
        assert!(words(base.enter()).ends_with("> is already entered"));
    })
    .join()
    .unwrap();
}

/// Coroutines that are interrupted in the middle of nested runs see their own values.
#[test]
fn stacks_are_swapped() {
    let vars: Vec<ContextVar> = (0..40).map(|n| var(&format!("v{n}"))).collect();
    let mut stacks: Vec<ContextStack> = (0..7).map(|_| ContextStack::new()).collect();
    for round in 0..50_usize {
        for (number, stack) in stacks.iter_mut().enumerate() {
            stack.swap();
            assert_eq!(stack.depth(), 0, "the thread has entered nothing itself");
            if round > 0 {
                let last = vars[(round - 1 + number) % 40].get_or_none();
                assert!(is_int(last, (100 * number + round - 1) as i64));
            }
            if round % 5 == number % 5 {
                copy_context().enter().unwrap();
            }
            let value = (100 * number + round) as i64;
            vars[(round + number) % 40].set(value.into()).unwrap();
            assert!(is_int(vars[(round + number) % 40].get_or_none(), value));
            stack.swap();
            assert!(vars[(round + number) % 40].get_or_none().is_none());
        }
    }
    assert!(stacks.iter().all(|stack| stack.depth() == 10));
}

/// One that was swapped out may go on in another thread; who drops it leaves its contexts.
#[test]
fn a_stack_goes_between_threads_and_leaves_its_contexts() {
    let (var, context) = (var("v"), Context::new());
    let mut stack = ContextStack::new();
    stack.swap();
    context.enter().unwrap();
    var.set(5.into()).unwrap();
    stack.swap();
    let stack = thread::scope(|scope| {
        let there = scope.spawn(|| {
            stack.swap();
            let found = var.get_or_none();
            stack.swap();
            (found, stack)
        });
        let (found, stack) = there.join().unwrap();
        assert!(is_int(found, 5));
        stack
    });
    assert!(context.is_entered());
    drop(stack);
    context.run(|| assert!(is_int(var.get_or_none(), 5))).unwrap();
}

#[test]
fn threads_that_end_leave_their_contexts() {
    let context = Context::new();
    let there = context.clone();
    thread::spawn(move || there.enter().unwrap()).join().unwrap();
    context.run(|| ()).unwrap();
}

#[test]
fn one_thread_at_a_time_is_in_a_context() {
    let (context, inside) = (Context::new(), AtomicUsize::new(0));
    let (entered, barrier) = (AtomicUsize::new(0), Barrier::new(4));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..2000 {
                    let _ = context.run(|| {
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        entered.fetch_add(1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            });
        }
    });
    assert!(entered.into_inner() >= 2000 && !context.is_entered());
}

/// A thread that reads a context sees each moment whole: the two variables are set one after the
/// other, so the first is ahead by one at most.
#[test]
fn contexts_are_read_while_they_change() {
    let (first, second, context) = (var("first"), var("second"), Context::new());
    let is_over = AtomicBool::new(false);
    let number = |value: &Value| repr(value).unwrap().parse::<i64>().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            let count = || {
                for n in 0..20_000_i64 {
                    first.set(n.into()).unwrap();
                    second.set(n.into()).unwrap();
                }
            };
            context.run(count).unwrap();
            is_over.store(true, Ordering::SeqCst);
        });
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let copy = context.copy();
                    let (one, two) = (copy.get(&first), copy.get(&second));
                    if let (Some(one), Some(two)) = (&one, &two) {
                        assert!((0..=1).contains(&(number(one) - number(two))));
                    }
                    // What is set in a copy is seen nowhere else.
                    copy.run(|| second.set((-1).into()).unwrap()).unwrap();
                    assert!(copy.equal(&copy.copy()).unwrap());
                }
            });
        }
    });
    assert!(is_int(context.get(&second), 19_999));
}

#[test]
fn a_value_dies_with_the_last_place_that_has_it() {
    let (var, other) = (var("v"), var("other"));
    let deaths = Arc::new(AtomicUsize::new(0));
    let mortal = || {
        let deaths = deaths.clone();
        on_drop(move || {
            deaths.fetch_add(1, Ordering::SeqCst);
        })
    };
    let dead = || deaths.load(Ordering::SeqCst);
    let context = Context::new();
    let token = context.run(|| var.set(mortal())).unwrap().unwrap();
    // In another context, the cache has nothing of this one.
    context.run(|| drop(var.get().unwrap())).unwrap();
    context.run(|| other.set(mortal())).unwrap().unwrap();
    assert_eq!(dead(), 0);
    context.run(|| var.reset(&token)).unwrap().unwrap();
    assert_eq!(dead(), 1);
    context.run(|| other.set(1.into()).map(drop)).unwrap().unwrap();
    assert_eq!(dead(), 2);

    let copy = context.run(|| other.set(mortal()).map(|_| context.copy())).unwrap().unwrap();
    drop((context, token));
    assert_eq!(dead(), 2);
    let token = copy.run(|| other.set(2.into())).unwrap().unwrap();
    assert_eq!(dead(), 2, "the token has it");
    drop((copy, token));
    assert_eq!(dead(), 3);
}

/// Contexts of one origin share memory. What one thread gives up, another one may have to drop
/// while it sets a variable; then destructors use contexts, too.
#[test]
fn destructors_in_other_threads_may_use_variables() {
    let (var, log) = (var("v"), var("log"));
    let origin = Context::new();
    origin.run(|| var.set(0.into())).unwrap().unwrap();
    let deaths = AtomicUsize::new(0);
    let deaths_in = Arc::new(AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for round in 0..3_000_i64 {
                    let task = origin.copy();
                    let (seen, sets, counts) = (var.clone(), log.clone(), deaths_in.clone());
                    let value = on_drop(move || {
                        counts.fetch_add(1, Ordering::SeqCst);
                        let _ = seen.get_or_none();
                        sets.set(round.into()).unwrap();
                        let _ = copy_context().len();
                    });
                    task.run(|| {
                        var.set(value).unwrap();
                        log.set(Value::None).unwrap();
                    })
                    .unwrap();
                    deaths.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(deaths.into_inner(), deaths_in.load(Ordering::SeqCst));
}

#[test]
fn destructors_at_the_end_of_a_thread_find_no_context() {
    let (var, outcome) = (var("v"), Arc::new(Mutex::new(None)));
    let (seen, told) = (var.clone(), outcome.clone());
    thread::spawn(move || {
        let inner = seen.clone();
        let value = on_drop(move || {
            let set = inner.set(1.into());
            *told.lock().unwrap() = Some((inner.get_or_none().is_none(), words(set)));
        });
        seen.set(value).unwrap();
    })
    .join()
    .unwrap();
    let message = "this thread is ending, and has no context any more";
    assert_eq!(outcome.lock().unwrap().take(), Some((true, message.to_string())));
}

#[test]
fn nested_contexts_and_tokens_die_in_constant_stack() {
    let v = var("v");
    let mut inner = Value::None;
    for _ in 0..100_000 {
        let context = Context::new();
        let token = context.run(|| v.set(std::mem::replace(&mut inner, Value::None)));
        drop(token);
        inner = context.to_value();
    }
    drop(inner);
    let mut last = Value::None;
    for _ in 0..100_000 {
        let default = ContextVar::new("d", Some(last), &HashPolicy::cpython(0));
        last = default.to_value();
    }
    drop(last);
    let context = Context::new();
    let mut token = Value::None;
    for _ in 0..100_000 {
        let made = context.run(|| {
            v.set(token.clone()).unwrap();
            v.set(Value::None).unwrap()
        });
        token = Value::from(ObjectRef::new(made.unwrap()));
    }
    drop(token);
}

#[test]
fn a_context_in_itself_is_compared_with_an_error() {
    let v = var("v");
    let (one, two) = (Context::new(), Context::new());
    for (inner, outer) in [(&one, &two), (&two, &one)] {
        outer.run(|| v.set(inner.to_value())).unwrap().unwrap();
    }
    assert_eq!(one.equal(&two).unwrap_err().python_type(), "RecursionError");
    one.run(|| v.set(Value::None)).unwrap().unwrap();
}

#[test]
fn as_a_value_each_is_one_object() {
    let (var, context) = (var("v"), Context::new());
    let value = var.to_value();
    assert!(is(&value, &var.clone().to_value()) && ContextVar::of_value(&value) == Some(var));
    let value = context.to_value();
    assert!(is(&value, &context.to_value()));
    assert!(Context::of_value(&value).is_some_and(|found| found.is(&context)));
    assert!(Context::of_value(&Value::None).is_none());
}

/// More variables than the cache has places, in two contexts.
#[test]
fn many_variables() {
    let vars: Vec<ContextVar> = (0..5_000).map(|n| var(&format!("v{n}"))).collect();
    let (one, two) = (Context::new(), Context::new());
    for (context, sign) in [(&one, 1), (&two, -1)] {
        let set =
            || vars.iter().zip(0..).try_for_each(|(var, n)| var.set((sign * n).into()).map(drop));
        context.run(set).unwrap().unwrap();
    }
    for (context, sign) in [(&one, 1), (&two, -1), (&one, 1)] {
        let all_right = || {
            let pairs = || vars.iter().zip(0_i64..);
            (0..2).all(|_| pairs().all(|(var, n)| is_int(var.get_or_none(), sign * n)))
        };
        assert!(context.run(all_right).unwrap());
    }
    let (keys, items) = (one.keys(), one.items());
    assert_eq!((keys.len(), items.len()), (5_000, 5_000));
    assert!(keys.eq(items.map(|(var, _)| var)));
}

/// Watchers see all threads of the process, so this is one test, and ignores other contexts.
#[test]
fn watchers_are_told_of_each_switch() {
    let (one, two) = (Context::new(), Context::new());
    let seen: Arc<Mutex<Vec<&str>>> = Arc::default();
    let here = thread::current().id();
    let watcher = |names: Arc<Mutex<Vec<&'static str>>>, one: Context, two: Context| {
        watch(move |current| {
            if thread::current().id() != here {
                return;
            }
            // It may use contexts, also the lock of the current one.
            let _ = current.map(Context::len);
            names.lock().unwrap().push(match current {
                None => "none",
                Some(current) if current.is(&one) => "one",
                Some(current) if current.is(&two) => "two",
                Some(_) => "other",
            });
        })
    };
    let first = watcher(seen.clone(), one.clone(), two.clone());
    one.run(|| {
        assert!(one.run(|| ()).is_err(), "refused: no switch");
        two.run(|| ()).unwrap();
    })
    .unwrap();
    let taken = || std::mem::take(&mut *seen.lock().unwrap());
    assert_eq!(taken(), ["one", "two", "one", "none"]);

    let second = watcher(seen.clone(), one.clone(), two.clone());
    let mut stack = ContextStack::new();
    two.enter().unwrap();
    stack.swap();
    ContextStack::new().swap(); // From none to none: no switch.
    stack.swap();
    drop(first);
    two.exit().unwrap();
    assert_eq!(taken(), ["two", "two", "none", "none", "two", "two", "none"]);
    drop(second);
    one.run(|| ()).unwrap();
    assert!(taken().is_empty());

    // One that panics leaves no context entered.
    let panics = AtomicBool::new(true);
    let panicking = watch(move |_| {
        if thread::current().id() == here && panics.swap(false, Ordering::SeqCst) {
            std::panic::resume_unwind(Box::new(()));
        }
    });
    assert!(std::panic::catch_unwind(|| one.run(|| ())).is_err());
    drop(panicking);
    assert!(!one.is_entered() && Context::current().is_none());
}
