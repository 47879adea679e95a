//! C3 linearization: the order in which a type and its ancestors are searched.
//!
//! The MRO of a type is the type itself, then the *merge* of the MROs of its bases and the list of
//! its bases. The merge repeatedly takes the first head of a list that is in the tail of no list.
//! So subtypes come before their ancestors, and bases keep their order. If no head can be taken,
//! there is no such order, and Python refuses the type. After `mro_implementation` and `pmerge` of
//! `Objects/typeobject.c`; see also "The Python 2.3 Method Resolution Order".

use std::collections::HashMap;

/// The MRO of a type, from the MROs of its bases in order.
///
/// O(length of the result * bases): the members of tails are counted instead of searched for.
///
/// # Errors
///
/// The remaining heads, each once, if none of them can be taken: the bases that CPython names.
pub(super) fn linearize(own: u32, base_mros: &[&[u32]]) -> Result<Box<[u32]>, Vec<u32>> {
    if let [only] = base_mros {
        return Ok(std::iter::once(own).chain(only.iter().copied()).collect());
    }
    let bases: Vec<u32> = base_mros.iter().filter_map(|mro| mro.first().copied()).collect();
    let mut lists: Vec<&[u32]> = base_mros.to_vec();
    lists.push(&bases);
    let mut in_tails: HashMap<u32, usize> = HashMap::new();
    for list in &lists {
        for &member in list.iter().skip(1) {
            *in_tails.entry(member).or_default() += 1;
        }
    }
    let mut merged = vec![own];
    loop {
        let mut heads = lists.iter().filter_map(|list| list.first().copied());
        let free = |head: &u32| in_tails.get(head).is_none_or(|&count| count == 0);
        let Some(next) = heads.find(free) else { break };
        merged.push(next);
        for list in &mut lists {
            if let [head, tail @ ..] = *list
                && *head == next
            {
                *list = tail;
                let new_head = tail.first().and_then(|head| in_tails.get_mut(head));
                new_head.into_iter().for_each(|count| *count -= 1);
            }
        }
    }
    let mut left: Vec<u32> = Vec::new();
    for head in lists.iter().filter_map(|list| list.first().copied()) {
        if !left.contains(&head) {
            left.push(head);
        }
    }
    if left.is_empty() { Ok(merged.into()) } else { Err(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An example after that paper: O = 0, then A, B, C and so on.
    #[test]
    fn a_hierarchy_of_the_paper() {
        let (a, b, c) = ([1, 0], [2, 0], [3, 0]);
        let k1 = linearize(4, &[&a, &b, &c]).unwrap();
        assert_eq!(*k1, [4, 1, 2, 3, 0]);
        let k2 = linearize(5, &[&[6, 0], &b]).unwrap();
        let z = linearize(7, &[&k1, &k2]).unwrap();
        assert_eq!(*z, [7, 4, 1, 5, 6, 2, 3, 0]);
    }

    #[test]
    fn bases_in_conflicting_orders_are_refused() {
        let (x, y) = ([1, 0], [2, 0]);
        let (xy, yx) = (linearize(3, &[&x, &y]).unwrap(), linearize(4, &[&y, &x]).unwrap());
        assert_eq!(linearize(5, &[&xy, &yx]), Err(vec![1, 2]));
        assert_eq!(linearize(6, &[&[0], &x]), Err(vec![0, 1]));
    }
}
