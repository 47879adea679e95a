//! The program of the documentation, and short histories that Miri can run.

use hedgerow::{Change, Map, Set};

/// Few where each step is interpreted.
const STEPS: u64 = if cfg!(miri) { 400 } else { 20_000 };
const ROUNDS: u64 = if cfg!(miri) { 5 } else { 199 };
const SIZE: u64 = if cfg!(miri) { 50 } else { 1_000 };

#[test]
fn the_program_of_the_documentation() {
    let mut map: Map<String, u32> =
        [("a".to_string(), 1), ("b".to_string(), 2)].into_iter().collect();
    let before = map.clone();
    map.insert("c".to_string(), 3);
    *map.entry("a".to_string()).or_insert(0) += 10;
    std::thread::scope(|s| {
        s.spawn(|| assert_eq!(before.get("a"), Some(&1)));
    });
    assert_eq!((map["a"], map.len(), before.len()), (11, 3, 2));
    let mut other = before.clone();
    other.remove("b");
    assert_eq!(before.diff(&other).count(), 1);
    let set: Set<u32> = (0..10).collect();
    assert!(set.contains(&7));
    assert!(matches!(before.diff(&other).next(), Some(Change::Removed { .. })));
}

#[test]
fn many_clones() {
    let mut maps: Vec<Map<u64, String>> = vec![Map::new()];
    let mut models = vec![std::collections::HashMap::new()];
    let mut x = 12345u64;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x
    };
    for step in 0..STEPS {
        let at = (next() % maps.len() as u64) as usize;
        let key = next() % 300;
        match next() % 10 {
            0 if maps.len() < 20 => {
                let m = maps[at].clone();
                maps.push(m);
                let m = models[at].clone();
                models.push(m);
            }
            1 if maps.len() > 1 => {
                maps.swap_remove(at);
                models.swap_remove(at);
            }
            2..=4 => {
                assert_eq!(maps[at].remove(&key), models[at].remove(&key));
            }
            5 => {
                *maps[at].entry(key).or_default() += "x";
                *models[at].entry(key).or_default() += "x";
            }
            _ => {
                assert_eq!(
                    maps[at].insert(key, step.to_string()),
                    models[at].insert(key, step.to_string())
                );
            }
        }
        if step % 64 == 0 {
            for (map, model) in maps.iter().zip(&models) {
                assert_eq!(map.len(), model.len());
                for (k, v) in map {
                    assert_eq!(model.get(k), Some(v));
                }
            }
        }
    }
}

#[test]
fn threads() {
    let mut map: Map<u64, u64> = (0..SIZE).map(|n| (n, 0)).collect();
    std::thread::scope(|s| {
        for round in 1..=ROUNDS {
            for n in 0..SIZE {
                if n % 7 == round % 7 {
                    map.insert(n, round);
                }
            }
            map.insert(SIZE + round, 1);
            let snapshot = map.clone();
            s.spawn(move || {
                let sum: u64 = snapshot.values().sum();
                std::hint::black_box(sum);
            });
        }
    });
    assert_eq!(map.len(), (SIZE + ROUNDS) as usize);
}
