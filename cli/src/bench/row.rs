//! One figure, with the fields of the JSON.

use super::level::Level;
use super::op::Op;
use serde::{Deserialize, Serialize};

/// One figure of one implementation at one level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) level: Level,
    #[serde(rename = "impl")]
    pub(crate) implementation: String,
    pub(crate) op: Op,
    pub(crate) keys: String,
    pub(crate) n: usize,
    /// The median of the rounds; None for memory.
    pub(crate) ns_per_op: Option<f64>,
    /// Nanoseconds per operation of each round, in the order in which they were measured.
    pub(crate) rounds: Vec<f64>,
    pub(crate) bytes_per_entry: Option<f64>,
}

impl Row {
    /// Whichever of the two figures there is.
    pub(crate) fn figure(&self) -> Option<f64> {
        self.ns_per_op.or(self.bytes_per_entry)
    }
}

/// The value in the middle, or the mean of the two; None if there are none.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let low = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some((low + sorted[sorted.len() / 2]) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_documented_fields_and_read_back() {
        let row = Row {
            level: Level::Python,
            implementation: "hamt".to_owned(),
            op: Op::GetHit,
            keys: "ints".to_owned(),
            n: 10,
            ns_per_op: Some(20.5),
            rounds: vec![20.5, 19.0, 21.0],
            bytes_per_entry: None,
        };
        let json = serde_json::to_string(&row).unwrap();
        let expected = r#"{"level":"python","impl":"hamt","op":"get-hit","keys":"ints","n":10,"#
            .to_owned()
            + r#""ns_per_op":20.5,"rounds":[20.5,19.0,21.0],"bytes_per_entry":null}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row);
    }

    #[test]
    fn operations_have_the_names_of_the_options_in_the_json() {
        for op in Op::ALL {
            assert_eq!(serde_json::to_string(&op).unwrap(), format!("\"{op}\""));
        }
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 9.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 9.0, 2.0]), Some(3.0));
    }
}
