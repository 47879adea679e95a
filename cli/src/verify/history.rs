//! Histories: steps on many versions of a map, and how a random history is drawn.

use fastrand::Rng;
use hedgerow::fold;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// The index of a key in `History::hashes`.
pub(crate) type KeyId = u32;
/// A version, named by the step that made it. 0 is the empty map.
pub(crate) type VersionId = u32;
/// A set where there is a value, or else a delete.
pub(crate) type Change = (KeyId, Option<u32>);

/// The hashes of keys, and the steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct History {
    /// The hash of each key, as its `__hash__` returns it.
    pub(crate) hashes: Vec<i64>,
    pub(crate) steps: Vec<Step>,
}

/// One step on one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    /// The version that the step makes, if it makes one.
    pub(crate) id: VersionId,
    pub(crate) on: VersionId,
    #[serde(flatten)]
    pub(crate) action: Action,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Action {
    Set {
        key: KeyId,
        value: u32,
    },
    Delete {
        key: KeyId,
    },
    Get {
        key: KeyId,
    },
    Edit {
        changes: Vec<Change>,
    },
    Release,
    /// Changes nothing that can be observed. Python has nothing like it.
    Compact,
}

impl Action {
    /// Whether the step may make a version.
    pub(crate) fn makes_a_version(&self) -> bool {
        matches!(self, Action::Set { .. } | Action::Delete { .. } | Action::Edit { .. })
    }

    /// The keys that the step uses.
    pub(crate) fn keys(&self) -> Vec<KeyId> {
        match self {
            Action::Set { key, .. } | Action::Delete { key } | Action::Get { key } => vec![*key],
            Action::Edit { changes } => changes.iter().map(|change| change.0).collect(),
            Action::Release | Action::Compact => Vec::new(),
        }
    }
}

/// The ways to draw a hash, given those of other keys.
const STYLES: [fn(&mut Rng, &[i64]) -> i64; 5] = [dense, sharing, colliding, negative, special];

/// A random history.
pub(crate) fn random(rng: &mut Rng, step_count: usize) -> History {
    let key_count = [6, 20, 40, 80, 150][rng.usize(0..5)];
    let style = rng.usize(0..=STYLES.len());
    let mut hashes: Vec<i64> = Vec::new();
    for _ in 0..key_count {
        // One past the last style mixes all of them.
        let chosen = STYLES.get(style).copied().unwrap_or(STYLES[rng.usize(0..STYLES.len())]);
        let hash = chosen(rng, &hashes);
        hashes.push(hash);
    }
    let mut live = vec![0];
    let mut steps = Vec::new();
    for id in 1..=step_count as VersionId {
        let step = random_step(rng, id, &live, key_count as KeyId);
        if step.action.makes_a_version() {
            live.push(id);
        }
        if step.action == Action::Release {
            live.retain(|&version| version != step.on);
        }
        steps.push(step);
    }
    History { hashes, steps }
}

fn random_step(rng: &mut Rng, id: VersionId, live: &[VersionId], key_count: KeyId) -> Step {
    // Usually the newest version, so that maps grow; or any, so that versions branch.
    let newest = live[live.len() - 1];
    let on = if rng.u32(0..4) > 0 { newest } else { live[rng.usize(0..live.len())] };
    let key = rng.u32(0..key_count);
    let action = match rng.u32(0..100) {
        0..48 => Action::Set { key, value: rng.u32(0..4) },
        48..72 => Action::Delete { key },
        72..80 => Action::Get { key },
        80..88 => {
            let change = |rng: &mut Rng| {
                let value = rng.bool() || rng.bool();
                (rng.u32(0..key_count), value.then(|| rng.u32(0..4)))
            };
            Action::Edit { changes: (0..rng.usize(1..24)).map(|_| change(rng)).collect() }
        }
        88..98 if on != 0 && live.len() > 2 => Action::Release,
        _ => Action::Compact,
    };
    Step { id, on, action }
}

/// Few bits, for wide nodes that become Array nodes and Bitmap nodes again.
fn dense(rng: &mut Rng, _: &[i64]) -> i64 {
    let most = if rng.bool() { 32 } else { 1024 };
    rng.i64(0..most)
}

/// The same low chunks as another key, down to a random level.
fn sharing(rng: &mut Rng, others: &[i64]) -> i64 {
    let Some(&other) = rng.choice(others) else {
        return rng.i64(..);
    };
    let mask = u32::MAX.checked_shr(32 - 5 * rng.u32(1..=6)).unwrap_or(0);
    with_fold(rng, |folded| (fold(other as u64) & mask) | (folded & !mask))
}

/// Another hash with the same fold as another key.
fn colliding(rng: &mut Rng, others: &[i64]) -> i64 {
    match rng.choice(others) {
        Some(&other) if rng.u32(0..3) > 0 => with_fold(rng, |_| fold(other as u64)),
        _ => rng.i64(0..128),
    }
}

/// Small ints on both sides of zero: -k folds to k - 1.
fn negative(rng: &mut Rng, _: &[i64]) -> i64 {
    rng.i64(-40..40)
}

/// The corner cases of folding.
fn special(rng: &mut Rng, _: &[i64]) -> i64 {
    const CORNERS: [i64; 10] = [
        -1,
        -2,
        0,
        0xffff_ffff,
        0xffff_fffe,
        i64::MIN,
        i64::MAX,
        -0x1_0000_0000,
        0x7fff_ffff,
        0x8000_0000,
    ];
    CORNERS[rng.usize(0..CORNERS.len())]
}

/// A random hash of 64 bits with the fold that `wanted` makes of random bits.
fn with_fold(rng: &mut Rng, wanted: impl Fn(u32) -> u32) -> i64 {
    let high = rng.u32(..);
    let low = wanted(rng.u32(..)) ^ high;
    (u64::from(high) << 32 | u64::from(low)) as i64
}

impl fmt::Display for History {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used: BTreeSet<KeyId> = self.steps.iter().flat_map(|step| step.action.keys()).collect();
        for key in used {
            let hash = self.hashes[key as usize];
            let folded = fold(effective(hash) as u64);
            let chunks: Vec<String> =
                (0..7).map(|level| (folded >> (5 * level) & 31).to_string()).collect();
            writeln!(
                formatter,
                "  k{key}: hash {hash} ({hash:#x}), folded {folded:#010x}, chunks {}",
                chunks.join(".")
            )?;
        }
        for step in &self.steps {
            writeln!(formatter, "  {step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Step { id, on, action } = self;
        match action {
            Action::Set { key, value } => write!(formatter, "v{id} = v{on}.set(k{key}, {value})"),
            Action::Delete { key } => write!(formatter, "v{id} = v{on}.delete(k{key})"),
            Action::Get { key } => write!(formatter, "v{on}.get(k{key})"),
            Action::Release => write!(formatter, "release v{on}"),
            Action::Compact => write!(formatter, "compact"),
            Action::Edit { changes } => {
                let listed: Vec<String> = changes
                    .iter()
                    .map(|(key, value)| match value {
                        Some(value) => format!("set(k{key}, {value})"),
                        None => format!("delete(k{key})"),
                    })
                    .collect();
                write!(formatter, "v{id} = v{on}.edit({})", listed.join(", "))
            }
        }
    }
}

/// The hash that Python uses where `__hash__` returns this one: -2 for -1, which is an error in C.
pub(crate) fn effective(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn steps_are_on_live_versions() {
        for seed in 0..50 {
            let history = random(&mut Rng::with_seed(seed), 200);
            let mut live = HashSet::from([0]);
            for step in &history.steps {
                assert!(live.contains(&step.on), "seed {seed}: {step}");
                if step.action == Action::Release {
                    assert!(step.on != 0 && live.remove(&step.on));
                }
                if step.action.makes_a_version() {
                    assert!(live.insert(step.id));
                }
                let known = |key: &KeyId| (*key as usize) < history.hashes.len();
                assert!(step.action.keys().iter().all(known));
            }
        }
    }

    #[test]
    fn hashes_share_prefixes_of_every_length_collide_and_are_negative() {
        let mut shared_groups = HashSet::new();
        let (mut collided, mut minus_one) = (false, false);
        for seed in 0..200 {
            let hashes = random(&mut Rng::with_seed(seed), 1).hashes;
            minus_one |= hashes.contains(&-1);
            for (index, &a) in hashes.iter().enumerate() {
                for &b in &hashes[..index] {
                    let difference = fold(a as u64) ^ fold(b as u64);
                    collided |= difference == 0 && a != b;
                    shared_groups.insert(difference.trailing_zeros() / 5);
                }
            }
        }
        assert_eq!(shared_groups, (0..=6).collect());
        assert!(collided && minus_one);
    }

    #[test]
    fn a_hash_has_the_wanted_fold() {
        let mut rng = Rng::with_seed(1);
        for folded in [0, 1, 0x8000_0000, 0xffff_fffe] {
            assert_eq!(fold(with_fold(&mut rng, |_| folded) as u64), folded);
        }
    }

    #[test]
    fn the_worker_reads_what_is_written_here() {
        let step = Step { id: 3, on: 1, action: Action::Edit { changes: vec![(2, None)] } };
        let json = serde_json::to_string(&step).unwrap();
        assert_eq!(json, r#"{"id":3,"on":1,"kind":"edit","changes":[[2,null]]}"#);
    }
}
