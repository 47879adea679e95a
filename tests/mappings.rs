//! Large stores, whose memory the system gives and takes back page by page.
//!
//! The bug classes: a store that ends the process where no addresses can be reserved; memory that
//! stays when nothing is held; a key that is dropped before the store that borrows it.

use hedgerow::{Store, Version};

/// A store whose keys are borrowed from something that is dropped before it, as a map of `std` may
/// be. That it compiles is the test.
#[test]
fn keys_may_be_dropped_before_the_store() {
    let mut store = Store::new();
    let text = String::from("key");
    let version = store.insert(store.empty(), text.as_str(), 1).unwrap();
    assert_eq!(store.at(version).unwrap().get("key"), Some(&1));
}

fn grown(store: &mut Store<u64, u64>, count: u64) -> Version {
    let mut edit = store.edit(store.empty()).unwrap();
    for n in 0..count {
        edit.insert(n * 7_919, n).unwrap();
    }
    edit.commit()
}

#[test]
fn what_is_removed_goes_back_while_some_of_it_is_left() {
    // With stress each step compacts everything.
    if cfg!(feature = "stress") {
        return;
    }
    const COUNT: u64 = 300_000;
    let mut store = Store::new();
    let mut version = grown(&mut store, COUNT);
    let full = store.stats().heap_bytes;
    // All but the last thousand, in an order that has nothing to do with where they are.
    for n in 0..COUNT - 1_000 {
        let next = store.remove(version, &(n * 7_919)).unwrap().unwrap();
        store.release(version).unwrap();
        version = next;
    }
    let kept = store.stats().heap_bytes;
    if !cfg!(feature = "heap") {
        assert!(kept < full && kept < 12 << 20, "{kept} of {full} bytes");
    }
    store.check().unwrap();
    assert_eq!(store.at(version).unwrap().iter().count(), 1_000);
    store.release(version).unwrap();
    let left = store.stats().heap_bytes;
    assert!(left < 2 << 20, "{left} bytes of an empty store");
    let again = grown(&mut store, COUNT);
    assert_eq!(store.len(again), Ok(COUNT as usize));
    store.check().unwrap();
}

/// With so few addresses none are reserved. The program runs itself under a limit of the shell.
#[cfg(target_os = "linux")]
#[test]
fn a_store_works_where_addresses_are_limited() {
    const UNDER_LIMIT: &str = "HEDGEROW_TEST_UNDER_LIMIT";
    if std::env::var_os(UNDER_LIMIT).is_some() {
        let mut store = Store::new();
        let version = grown(&mut store, 300_000);
        store.check().unwrap();
        assert_eq!(store.at(version).unwrap().get(&(7_919 * 299_999)), Some(&299_999));
        return;
    }
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", "a_store_works_where_addresses_are_limited"];
    let status = std::process::Command::new("sh")
        // Two gigabytes of addresses: enough for the threads of the test harness.
        .args(["-c", "ulimit -v 2000000 && exec \"$0\" \"$@\""])
        .arg(program)
        .args(arguments)
        .env(UNDER_LIMIT, "1")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
