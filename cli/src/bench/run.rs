//! One level from its heading to its last line: every workload, operation and implementation.

use super::measurer::Measurer;
use super::plan::{Plan, Workload};
use super::rounds::{self, Effort, Measured};
use super::row::{Row, median};
use super::table;
use crate::failure::Failure;
use crate::output::{self, Output};

/// Prints the heading of the level and its table, line by line as they are known.
pub(crate) fn measure_level(
    measurer: &mut dyn Measurer,
    asked: &[String],
    plan: &Plan<'_>,
    effort: Effort,
    output: &Output,
) -> Result<Vec<Row>, Failure> {
    let names = chosen(measurer, asked);
    let mut rows = Vec::new();
    if names.is_empty() || plan.workloads.is_empty() {
        return Ok(rows);
    }
    let level = measurer.level();
    output.print(&format!("\n{}: {}", level.title(), level.meaning()))?;
    output.print(&measurer.versions().join(", "))?;
    output.print(&table::header(&names))?;
    for workload in plan.workloads.iter().filter(|of| of.ops_of(level).next().is_some()) {
        rows.extend(time_workload(workload, measurer, &names, effort, output)?);
    }
    Ok(rows)
}

/// The implementations of a level that are there and asked for; all, if none is.
pub(crate) fn chosen(measurer: &dyn Measurer, asked: &[String]) -> Vec<&'static str> {
    let is_asked = |name: &&str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    measurer.implementations().into_iter().filter(is_asked).collect()
}

/// Times every operation on keys of one set and size.
fn time_workload(
    workload: &Workload<'_>,
    measurer: &mut dyn Measurer,
    names: &[&'static str],
    effort: Effort,
    output: &Output,
) -> Result<Vec<Row>, Failure> {
    let level = measurer.level();
    let &Workload { set, count, .. } = workload;
    let keys = set.draw(count);
    let mut maps = measurer.load(&keys, effort.limits)?;
    let mut rows = Vec::new();
    for op in workload.ops_of(level) {
        let size = output::grouped(count as f64);
        output.set_status(format!("{level}: {op} of {size} {}", set.name()));
        let measured = rounds::measured(op, names, maps.as_mut(), effort)?;
        let row = |(name, measured): (&&'static str, Measured)| {
            let (rounds, bytes_per_entry) = match measured {
                Measured::Nothing => return None,
                Measured::Rounds(rounds) => (rounds, None),
                Measured::Bytes(bytes) => (Vec::new(), Some(bytes)),
            };
            Some(Row {
                level,
                implementation: (*name).to_owned(),
                op,
                keys: set.name().to_owned(),
                n: count,
                ns_per_op: median(&rounds),
                rounds,
                bytes_per_entry,
            })
        };
        let of_op: Vec<Option<Row>> = names.iter().zip(measured).map(row).collect();
        let figures: Vec<Option<f64>> =
            of_op.iter().map(|row| row.as_ref().and_then(Row::figure)).collect();
        // What none of them has is no line.
        if figures.iter().any(Option::is_some) {
            output.print(&table::line(set.name(), count, op, &figures))?;
        }
        output.advance();
        rows.extend(of_op.into_iter().flatten());
    }
    Ok(rows)
}
