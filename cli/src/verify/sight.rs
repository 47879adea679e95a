//! What can be seen of a step, in the engine and in a peer, and how the two are compared.

use super::history::{Action, Step};
use serde::Deserialize;
use std::fmt;

/// A version as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Made {
    pub(crate) length: usize,
    /// Key and value in the order of iteration.
    pub(crate) items: Vec<(u32, u32)>,
    /// The node lines of the dump without addresses, from those that can show them.
    pub(crate) shape: Option<Vec<String>>,
}

/// What one step gave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Sight {
    /// Whether keys came or went; for a lookup, whether the key is there, and its value.
    pub(crate) outcomes: Vec<Outcome>,
    /// Whether the result is the very map that the step came from.
    pub(crate) same: bool,
    pub(crate) made: Option<Made>,
}

/// One answer of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    Flag(bool),
    Value(Option<u32>),
}

/// The first thing in which two sights differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The index of the step.
    pub(crate) step: usize,
    pub(crate) what: &'static str,
    pub(crate) engine: String,
    pub(crate) peer_name: &'static str,
    pub(crate) peer: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { what, engine, peer_name, peer, .. } = self;
        let width = peer_name.len().max("hedgerow".len());
        let indented = |text: &str| text.replace('\n', &format!("\n  {:width$}  ", ""));
        writeln!(formatter, "the {what} differs:")?;
        writeln!(formatter, "  {:width$}  {}", "hedgerow", indented(engine))?;
        write!(formatter, "  {peer_name:width$}  {}", indented(peer))
    }
}

/// Compares step by step; None where all is equal.
pub(crate) fn compare(
    steps: &[Step],
    engine: &[Sight],
    peer: &[Sight],
    peer_name: &'static str,
) -> Option<Difference> {
    if engine.len() != peer.len() {
        let (engine, peer) = (engine.len().to_string(), peer.len().to_string());
        return Some(Difference { step: 0, what: "number of steps", engine, peer_name, peer });
    }
    engine.iter().zip(peer).enumerate().find_map(|(step, (ours, theirs))| {
        let is_set = matches!(steps[step].action, Action::Set { .. });
        let (what, engine, peer) = differing(ours, theirs, is_set)?;
        Some(Difference { step, what, engine, peer_name, peer })
    })
}

fn differing(ours: &Sight, theirs: &Sight, is_set: bool) -> Option<(&'static str, String, String)> {
    let told = |what, a: &dyn fmt::Debug, b: &dyn fmt::Debug| {
        Some((what, format!("{a:?}"), format!("{b:?}")))
    };
    if ours.outcomes != theirs.outcomes {
        return told("outcome", &ours.outcomes, &theirs.outcomes);
    }
    // Under an Array node C makes a new map even of the same value (it compares the new child with
    // the parent, not with the old child): there alone ours may be the same where C's is not.
    if ours.same != theirs.same && !(is_set && ours.same && has_array_node(ours)) {
        let identity = |same| if same { "the same map" } else { "another map" };
        return told("identity of the result", &identity(ours.same), &identity(theirs.same));
    }
    let (ours, theirs) = match (&ours.made, &theirs.made) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        (ours, theirs) if ours.is_some() == theirs.is_some() => return None,
        (ours, theirs) => return told("kind of result", ours, theirs),
    };
    if ours.length != theirs.length {
        return told("length", &ours.length, &theirs.length);
    }
    if ours.items != theirs.items {
        let (mut a, mut b) = (ours.items.clone(), theirs.items.clone());
        a.sort_unstable();
        b.sort_unstable();
        let what = if a == b { "order" } else { "content" };
        return Some((what, listed(&ours.items), listed(&theirs.items)));
    }
    match (&ours.shape, &theirs.shape) {
        (Some(a), Some(b)) if a != b => Some(("shape", a.join("\n"), b.join("\n"))),
        _ => None,
    }
}

fn has_array_node(sight: &Sight) -> bool {
    let shape = sight.made.as_ref().and_then(|made| made.shape.as_ref());
    shape.is_some_and(|lines| lines.iter().any(|line| line.contains("ArrayNode")))
}

fn listed(items: &[(u32, u32)]) -> String {
    let items: Vec<String> = items.iter().map(|(key, value)| format!("k{key}: {value}")).collect();
    format!("{{{}}}", items.join(", "))
}

/// A node's line without its address, which no two stores agree on.
pub(crate) fn without_address(line: &str) -> String {
    let Some(start) = line.find("id=") else {
        return line.to_owned();
    };
    let address = &line[start + 3..];
    let length = address.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(address.len());
    format!("{}id{}", &line[..start], &address[length..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(items: &[(u32, u32)]) -> Sight {
        let made = Made { length: items.len(), items: items.to_vec(), shape: None };
        Sight { outcomes: vec![Outcome::Flag(true)], same: false, made: Some(made) }
    }

    fn what(ours: &Sight, theirs: &Sight) -> Option<&'static str> {
        differing(ours, theirs, true).map(|(what, _, _)| what)
    }

    #[test]
    fn differences_are_called_by_their_name() {
        let one = sight(&[(1, 1), (2, 2)]);
        assert_eq!(what(&one, &one), None);
        assert_eq!(what(&one, &sight(&[(2, 2), (1, 1)])), Some("order"));
        assert_eq!(what(&one, &sight(&[(1, 1), (2, 3)])), Some("content"));
        assert_eq!(what(&one, &sight(&[(1, 1)])), Some("length"));
        assert_eq!(
            what(&one, &Sight { same: true, ..one.clone() }),
            Some("identity of the result")
        );
        assert_eq!(what(&one, &Sight { outcomes: Vec::new(), ..one.clone() }), Some("outcome"));
        assert_eq!(what(&one, &Sight { made: None, ..one.clone() }), Some("kind of result"));
    }

    #[test]
    fn shapes_count_where_both_sides_show_one() {
        let shaped = |line: &str| {
            let mut sight = sight(&[]);
            sight.made.as_mut().unwrap().shape = Some(vec![line.to_owned()]);
            sight
        };
        assert_eq!(what(&shaped("a"), &shaped("b")), Some("shape"));
        assert_eq!(what(&shaped("a"), &sight(&[])), None);
    }

    #[test]
    fn setting_the_same_value_under_an_array_node_may_be_the_same_map_here_alone() {
        let shaped = |same: bool, line: &str| {
            let mut sight = Sight { same, ..sight(&[(1, 1)]) };
            sight.made.as_mut().unwrap().shape = Some(vec![line.to_owned()]);
            sight
        };
        let (array, bitmap) = ("ArrayNode(id count=17):", "BitmapNode(size=2)");
        let identity = Some("identity of the result");
        assert_eq!(what(&shaped(true, array), &shaped(false, array)), None);
        assert_eq!(what(&shaped(false, array), &shaped(true, array)), identity);
        assert_eq!(what(&shaped(true, bitmap), &shaped(false, bitmap)), identity);
        let (ours, theirs) = (shaped(true, array), shaped(false, array));
        assert!(differing(&ours, &theirs, false).is_some(), "a delete has no such excuse");
    }

    #[test]
    fn the_first_difference_is_reported_with_its_step() {
        let (a, b) = (sight(&[(1, 1)]), sight(&[(1, 2)]));
        let step = Step { id: 1, on: 0, action: Action::Delete { key: 1 } };
        let steps = [step.clone(), step];
        let found = compare(&steps, &[a.clone(), a.clone()], &[a, b], "hamt").unwrap();
        assert_eq!((found.step, found.what), (1, "content"));
        let text = found.to_string();
        assert!(text.contains("hedgerow  {k1: 1}") && text.contains("hamt      {k1: 2}"), "{text}");
    }

    #[test]
    fn addresses_are_masked_on_both_sides_alike() {
        let engine = "    ArrayNode(id=n1f40 count=17):";
        let python = "    ArrayNode(id=0x7f442a9b6300 count=17):";
        assert_eq!(without_address(engine), "    ArrayNode(id count=17):");
        assert_eq!(without_address(engine), without_address(python));
    }

    #[test]
    fn outcomes_read_as_flags_and_values() {
        let read: Vec<Outcome> = serde_json::from_str("[true, 3, null]").unwrap();
        assert_eq!(read, [Outcome::Flag(true), Outcome::Value(Some(3)), Outcome::Value(None)]);
    }
}
