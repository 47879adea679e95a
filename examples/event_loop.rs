//! An event loop whose tasks have context variables, as asyncio's have: a task gets a copy of the
//! context in which it was made, and each of its steps runs there.
//!
//! Two hundred tasks take turns. Each sets variables, runs a part of its work in a context of its
//! own, starts a child, and sends one step to another thread. None sees what another one set.

use std::collections::VecDeque;
use std::thread;

use hedgerow::object::context::{Context, ContextVar, copy_context};
use hedgerow::object::{HashPolicy, ObjectError, Value, is};

/// What a step says about its task.
enum Poll {
    /// It goes on when the others had their turn.
    Pending,
    /// It is over.
    Ready,
}

/// What a task does when it is its turn.
type Step = dyn FnMut(&mut Loop) -> Result<Poll, ObjectError>;

/// A task, and the context in which it runs.
struct Task {
    context: Context,
    step: Box<Step>,
}

/// Tasks that wait for their turn.
#[derive(Default)]
struct Loop {
    ready: VecDeque<Task>,
    ended: usize,
}

impl Loop {
    /// Makes a task. It has the variables of whoever calls this, as they are now.
    fn spawn(&mut self, step: impl FnMut(&mut Loop) -> Result<Poll, ObjectError> + 'static) {
        self.ready.push_back(Task { context: copy_context(), step: Box::new(step) });
    }

    /// Runs steps of tasks until all are over.
    fn run(&mut self) -> Result<(), ObjectError> {
        while let Some(Task { context, mut step }) = self.ready.pop_front() {
            match context.run(|| step(self))?? {
                Poll::Pending => self.ready.push_back(Task { context, step }),
                Poll::Ready => self.ended += 1,
            }
        }
        Ok(())
    }
}

/// What the tasks have values of.
#[derive(Clone)]
struct Vars {
    request: ContextVar,
    depth: ContextVar,
}

impl Vars {
    fn are(&self, request: i64, depth: i64) -> bool {
        let is_it = |var: &ContextVar, int: i64| var.get().is_ok_and(|it| is(&it, &int.into()));
        is_it(&self.request, request) && is_it(&self.depth, depth)
    }

    /// Work in contexts within contexts: each sees what the outer one had set, and changes nothing
    /// there.
    fn nested(&self, request: i64, depth: i64) -> Result<(), ObjectError> {
        if depth < 4 {
            let inner = copy_context();
            inner.run(|| {
                self.depth.set((depth + 1).into())?;
                self.nested(request, depth + 1)
            })??;
            assert!(is(&inner.item(&self.depth)?, &(depth + 1).into()));
        }
        assert!(self.are(request, depth));
        Ok(())
    }
}

/// A task of five steps.
fn handle(vars: Vars, request: i64) -> impl FnMut(&mut Loop) -> Result<Poll, ObjectError> {
    let mut step = 0;
    let mut token = None;
    move |tasks| {
        step += 1;
        match step {
            1 => {
                token = Some(vars.request.set(request.into())?);
            }
            2 => vars.nested(request, 0)?,
            3 => {
                let vars = vars.clone();
                // It knows the request, also after this task has ended.
                tasks.spawn(move |_| {
                    assert!(vars.are(request, 0));
                    vars.depth.set(Value::from(9)).map(|_| Poll::Ready)
                });
            }
            4 => {
                let (copy, vars) = (copy_context(), vars.clone());
                let there = thread::spawn(move || copy.run(|| assert!(vars.are(request, 0))));
                there.join().expect("it only looks")?;
            }
            _ => {
                assert!(vars.are(request, 0));
                let token = token.take().expect("the first step made it");
                vars.request.reset(&token)?;
                assert!(vars.request.get().is_err());
                return Ok(Poll::Ready);
            }
        }
        Ok(Poll::Pending)
    }
}

pub(crate) fn main() {
    let policy = HashPolicy::random();
    let vars = Vars {
        request: ContextVar::new("request", None, &policy),
        depth: ContextVar::new("depth", Some(0.into()), &policy),
    };
    let mut tasks = Loop::default();
    for request in 0..200 {
        tasks.spawn(handle(vars.clone(), request));
    }
    tasks.run().expect("no task fails");
    assert_eq!(tasks.ended, 400, "the tasks and their children");
    assert!(vars.request.get().is_err() && copy_context().is_empty());
    println!("{} tasks ended", tasks.ended);
}
