//! Routines that are run for a bounded time.

use std::time::{Duration, Instant};

/// A routine that is not run any more once it has taken some time. After that it answers with the
/// times it had, one after the other, so that their median stays what it is. The first run, which
/// sets the routine up and finds cold caches, counts neither for the time nor in the answers.
pub struct Patient<F> {
    routine: F,
    patience: Duration,
    is_set_up: bool,
    spent: Duration,
    seconds_per_operation: Vec<f64>,
    next: usize,
}

impl<F: FnMut(u64) -> Duration> Patient<F> {
    /// Runs `routine` for as long as `patience` says, and twice at least.
    pub fn new(routine: F, patience: Duration) -> Self {
        Patient {
            routine,
            patience,
            is_set_up: false,
            spent: Duration::ZERO,
            seconds_per_operation: Vec::new(),
            next: 0,
        }
    }

    /// Does the first run, if there was none.
    pub fn set_up(&mut self, iterations: u64) {
        if !self.is_set_up {
            self.time(iterations);
        }
    }

    /// The time of `iterations` operations.
    pub fn time(&mut self, iterations: u64) -> Duration {
        if self.spent >= self.patience && !self.seconds_per_operation.is_empty() {
            let known = &self.seconds_per_operation;
            self.next = (self.next + 1) % known.len();
            return Duration::from_secs_f64(known[self.next] * iterations as f64);
        }
        let start = Instant::now();
        let taken = (self.routine)(iterations);
        if self.is_set_up {
            self.spent += start.elapsed();
            self.seconds_per_operation.push(taken.as_secs_f64() / iterations.max(1) as f64);
        }
        self.is_set_up = true;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routine_that_took_its_time_is_not_run_again() {
        let mut runs = 0;
        let mut patient = Patient::new(
            |iterations| {
                runs += 1;
                Duration::from_millis(2 * iterations)
            },
            Duration::ZERO,
        );
        for iterations in [1, 10, 5, 20] {
            assert_eq!(patient.time(iterations), Duration::from_millis(2 * iterations));
        }
        assert_eq!(runs, 2);
    }

    #[test]
    fn without_an_end_of_patience_every_run_counts() {
        let mut runs = 0;
        let mut patient = Patient::new(
            |_| {
                runs += 1;
                Duration::from_millis(1)
            },
            Duration::MAX,
        );
        for _ in 0..20 {
            assert_eq!(patient.time(1), Duration::from_millis(1));
        }
        assert_eq!(runs, 20);
    }
}
