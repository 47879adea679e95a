//! A database of many versions. Readers have snapshots, and wait for no transaction. A transaction
//! works on a snapshot, too, and commits if nothing that it read has changed since.

use std::collections::HashSet;
use std::sync::RwLock;
use std::thread;

use hedgerow::Map;

/// Balances by account.
type Accounts = Map<String, i64>;

/// The newest version. The lock is held to clone it or to replace it, never while it is read.
struct Database(RwLock<Accounts>);

/// Changes that nobody sees before they are committed.
struct Transaction {
    before: Accounts,
    after: Accounts,
    read: HashSet<String>,
}

impl Transaction {
    fn get(&mut self, account: &str) -> i64 {
        self.read.insert(account.into());
        self.after.get(account).copied().unwrap_or(0)
    }

    fn set(&mut self, account: &str, balance: i64) {
        self.after.insert(account.into(), balance);
    }
}

impl Database {
    fn snapshot(&self) -> Accounts {
        self.0.read().expect("nothing panics").clone()
    }

    /// Runs a transaction, and again until it commits. Returns how often.
    fn transact(&self, body: impl Fn(&mut Transaction)) -> usize {
        let runs = (1..).find(|_| {
            let before = self.snapshot();
            let after = before.clone();
            let mut transaction = Transaction { before, after, read: HashSet::new() };
            body(&mut transaction);
            self.commit(&transaction)
        });
        runs.expect("it ends by a commit")
    }

    /// Puts the changes into the newest version, if what was read is still the same there.
    fn commit(&self, Transaction { before, after, read }: &Transaction) -> bool {
        let mut newest = self.0.write().expect("nothing panics");
        let is_valid = read.iter().all(|account| newest.get(account) == before.get(account));
        if is_valid {
            *newest = newest.merge(before, after, |conflict| conflict.theirs.copied());
        }
        is_valid
    }
}

pub(crate) fn main() {
    let name = |number: usize| format!("account {}", number % 100);
    let accounts = (0..100).map(|number| (name(number), 100)).collect();
    let database = Database(RwLock::new(accounts));
    let first = database.snapshot();
    let pay = |from: &str, to: &str, amount| {
        database.transact(|transaction| {
            let left = transaction.get(from) - amount;
            if left >= 0 {
                let sum = transaction.get(to) + amount;
                transaction.set(from, left);
                transaction.set(to, sum);
            }
        })
    };

    let runs: usize = thread::scope(|scope| {
        let payers = [3, 7].map(|step| {
            let payments = (0..1_000).map(move |n| (name(n), name(n * step + 1), n as i64 % 30));
            scope.spawn(move || payments.map(|(from, to, sum)| pay(&from, &to, sum)).sum::<usize>())
        });
        // Whenever somebody looks, no money is on its way.
        while payers.iter().any(|payer| !payer.is_finished()) {
            assert_eq!(database.snapshot().values().sum::<i64>(), 10_000);
        }
        payers.map(|payer| payer.join().expect("it can pay")).into_iter().sum()
    });

    let last = database.snapshot();
    assert!(runs >= 2_000);
    assert!(first.values().all(|&balance| balance == 100));
    assert!(last.values().all(|&balance| balance >= 0) && last != first);
    println!("2000 transactions, run {runs} times; {} balances differ", first.diff(&last).count());
}
