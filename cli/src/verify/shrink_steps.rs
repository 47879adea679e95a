//! The shortest program of steps that still shows a difference.

use crate::failure::Failure;

/// The first step after which the two sides differ.
pub(super) struct Difference {
    pub(super) step: usize,
    pub(super) message: String,
}

/// Leaves out steps for as long as the sides still differ: runs of steps, shorter ones later.
/// `compare` plays a program of these steps on both sides.
pub(super) fn shrink_steps<S: Clone>(
    mut steps: Vec<S>,
    mut difference: Difference,
    mut compare: impl FnMut(&[S]) -> Result<Option<Difference>, Failure>,
) -> Result<(Vec<S>, Difference), Failure> {
    let mut run = steps.len();
    while run > 0 {
        steps.truncate(difference.step + 1);
        let mut end = steps.len().saturating_sub(1);
        while end > 0 {
            let start = end.saturating_sub(run);
            let mut fewer = steps.clone();
            fewer.drain(start..end);
            if let Some(found) = compare(&fewer)? {
                (steps, difference) = (fewer, found);
                steps.truncate(difference.step + 1);
            }
            end = start.min(steps.len().saturating_sub(1));
        }
        run /= 2;
    }
    Ok((steps, difference))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_left_out() {
        let wrong = |steps: &[u32]| {
            let seven = steps.iter().position(|&step| step == 7)?;
            let later = steps[seven..].iter().position(|&step| step == 9)?;
            Some(Difference { step: seven + later, message: String::new() })
        };
        let steps: Vec<u32> = vec![1, 2, 7, 3, 4, 9, 5];
        let difference = wrong(&steps).unwrap();
        let (least, _) = shrink_steps(steps, difference, |steps| Ok(wrong(steps))).unwrap();
        assert_eq!(least, [7, 9]);
    }
}
