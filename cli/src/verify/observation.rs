//! What is observed after a step, and how the engine's observations and a peer's are compared.

use super::history::{Action, Step};
use serde::Deserialize;
use std::fmt;

/// The map that a step made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct MapState {
    pub(crate) length: usize,
    /// Keys and values in iteration order.
    pub(crate) items: Vec<(u32, u32)>,
    /// The lines of the dump that describe nodes, without addresses; None where there is no dump.
    pub(crate) shape: Option<Vec<String>>,
}

/// What is observed after one step.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Observation {
    /// Whether the length changed, for each change; for a lookup, whether there is the key, and its
    /// value.
    pub(crate) outcomes: Vec<Outcome>,
    /// Whether the result is the map that the step started from.
    pub(crate) same: bool,
    pub(crate) made: Option<MapState>,
}

/// One result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    Flag(bool),
    Value(Option<u32>),
}

/// The first difference between two lists of observations.
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

/// The first difference, or None.
pub(crate) fn compare(
    steps: &[Step],
    engine: &[Observation],
    peer: &[Observation],
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

fn differing(
    ours: &Observation,
    theirs: &Observation,
    is_set: bool,
) -> Option<(&'static str, String, String)> {
    let difference = |what, a: &dyn fmt::Debug, b: &dyn fmt::Debug| {
        Some((what, format!("{a:?}"), format!("{b:?}")))
    };
    if ours.outcomes != theirs.outcomes {
        return difference("outcome", &ours.outcomes, &theirs.outcomes);
    }
    // Below an Array node C makes a new map even of the same value, because it compares the new
    // child with the parent and not with the old child. Only there may ours alone be the same.
    if ours.same != theirs.same && !(is_set && ours.same && has_array_node(ours)) {
        let identity = |same| if same { "the same map" } else { "another map" };
        return difference("identity of the result", &identity(ours.same), &identity(theirs.same));
    }
    let (ours, theirs) = match (&ours.made, &theirs.made) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        (ours, theirs) if ours.is_some() == theirs.is_some() => return None,
        (ours, theirs) => return difference("kind of result", ours, theirs),
    };
    if ours.length != theirs.length {
        return difference("length", &ours.length, &theirs.length);
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

fn has_array_node(observation: &Observation) -> bool {
    let shape = observation.made.as_ref().and_then(|made| made.shape.as_ref());
    shape.is_some_and(|lines| lines.iter().any(|line| line.contains("ArrayNode")))
}

fn listed(items: &[(u32, u32)]) -> String {
    let items: Vec<String> = items.iter().map(|(key, value)| format!("k{key}: {value}")).collect();
    format!("{{{}}}", items.join(", "))
}

/// The line of a node without its address, which differs in every store.
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

    fn observation(items: &[(u32, u32)]) -> Observation {
        let made = MapState { length: items.len(), items: items.to_vec(), shape: None };
        Observation { outcomes: vec![Outcome::Flag(true)], same: false, made: Some(made) }
    }

    fn what(ours: &Observation, theirs: &Observation) -> Option<&'static str> {
        differing(ours, theirs, true).map(|(what, _, _)| what)
    }

    #[test]
    fn each_kind_of_difference_has_its_name() {
        let one = observation(&[(1, 1), (2, 2)]);
        assert_eq!(what(&one, &one), None);
        assert_eq!(what(&one, &observation(&[(2, 2), (1, 1)])), Some("order"));
        assert_eq!(what(&one, &observation(&[(1, 1), (2, 3)])), Some("content"));
        assert_eq!(what(&one, &observation(&[(1, 1)])), Some("length"));
        assert_eq!(
            what(&one, &Observation { same: true, ..one.clone() }),
            Some("identity of the result")
        );
        assert_eq!(
            what(&one, &Observation { outcomes: Vec::new(), ..one.clone() }),
            Some("outcome")
        );
        assert_eq!(what(&one, &Observation { made: None, ..one.clone() }), Some("kind of result"));
    }

    #[test]
    fn shapes_are_compared_where_both_sides_have_one() {
        let shaped = |line: &str| {
            let mut observation = observation(&[]);
            observation.made.as_mut().unwrap().shape = Some(vec![line.to_owned()]);
            observation
        };
        assert_eq!(what(&shaped("a"), &shaped("b")), Some("shape"));
        assert_eq!(what(&shaped("a"), &observation(&[])), None);
    }

    #[test]
    fn only_below_an_array_node_may_ours_alone_be_the_same_map() {
        let shaped = |same: bool, line: &str| {
            let mut observation = Observation { same, ..observation(&[(1, 1)]) };
            observation.made.as_mut().unwrap().shape = Some(vec![line.to_owned()]);
            observation
        };
        let (array, bitmap) = ("ArrayNode(id count=17):", "BitmapNode(size=2)");
        let identity = Some("identity of the result");
        assert_eq!(what(&shaped(true, array), &shaped(false, array)), None);
        assert_eq!(what(&shaped(false, array), &shaped(true, array)), identity);
        assert_eq!(what(&shaped(true, bitmap), &shaped(false, bitmap)), identity);
        let (ours, theirs) = (shaped(true, array), shaped(false, array));
        assert!(differing(&ours, &theirs, false).is_some(), "only a set may differ so");
    }

    #[test]
    fn the_first_difference_is_reported_with_its_step() {
        let (a, b) = (observation(&[(1, 1)]), observation(&[(1, 2)]));
        let step = Step { id: 1, on: 0, action: Action::Delete { key: 1 } };
        let steps = [step.clone(), step];
        let found = compare(&steps, &[a.clone(), a.clone()], &[a, b], "hamt").unwrap();
        assert_eq!((found.step, found.what), (1, "content"));
        let text = found.to_string();
        assert!(text.contains("hedgerow  {k1: 1}") && text.contains("hamt      {k1: 2}"), "{text}");
    }

    #[test]
    fn addresses_are_left_out_on_both_sides() {
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
