//! The values that variables have in the current context of one thread.

use std::mem;
use std::rc::Rc;

use crate::object::value::Value;

/// A table, in which a variable stands at its number modulo the length.
///
/// Variables that are made one after the other have places of their own. Where two meet, the table
/// grows, up to a limit; then the later one takes the place.
///
/// Values are counted for the thread alone, so that a reader may keep one without an atomic count
/// while user code changes the table.
pub(super) struct Cache {
    /// None, or a power of two.
    slots: Vec<Slot>,
    /// Places in which values stand, or stood.
    used: Vec<usize>,
}

struct Slot {
    /// The number of the variable; 0 if there is none.
    id: u64,
    /// Where no value stands, memory for the next one, or nothing.
    value: Option<Rc<Value>>,
}

const FIRST_SLOTS: usize = 16;
const MOST_SLOTS: usize = 1024;

impl Cache {
    pub(super) const fn new() -> Self {
        Cache { slots: Vec::new(), used: Vec::new() }
    }

    /// Where a variable stands, or would stand.
    #[inline]
    fn place(&self, id: u64) -> usize {
        // If there is no slot, this is beyond the end.
        id as usize & self.slots.len().wrapping_sub(1)
    }

    /// Whether no value stands there, nor did since the last [`pop`](Cache::pop).
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.used.is_empty()
    }

    #[inline]
    pub(super) fn get(&self, id: u64) -> Option<&Rc<Value>> {
        let slot = self.slots.get(self.place(id))?;
        if slot.id == id { slot.value.as_ref() } else { None }
    }

    /// Puts a value there. Returns it, and a value that stood in its place. Where memory is
    /// refused, nothing stands there afterwards.
    #[must_use = "what stood there is dropped where nothing is borrowed"]
    pub(super) fn put(&mut self, id: u64, value: Value) -> (Rc<Value>, Option<Value>) {
        while self.is_taken_by_other(id) && self.slots.len() < MOST_SLOTS && self.grow() {}
        let place = self.place(id);
        let has_room = self.used.len() < self.used.capacity() || self.used.try_reserve(1).is_ok();
        let Some(slot) = self.slots.get_mut(place).filter(|_| has_room) else {
            return (Rc::new(value), self.remove(id));
        };
        if slot.id == 0 {
            self.used.push(place);
        }
        slot.id = id;
        slot.put(value)
    }

    /// Forgets the value of a variable, and returns it.
    #[must_use = "it is dropped where nothing is borrowed"]
    pub(super) fn remove(&mut self, id: u64) -> Option<Value> {
        let place = self.place(id);
        let slot = self.slots.get_mut(place).filter(|slot| slot.id == id)?;
        // It stays among those that are used; with another number, so that it is not used twice.
        slot.id = u64::MAX;
        slot.take()
    }

    /// Forgets the value in one place, and returns it, if nobody else has it. `None` if there is no
    /// such place left.
    #[inline]
    #[must_use = "it is dropped where nothing is borrowed"]
    pub(super) fn pop(&mut self) -> Option<Option<Value>> {
        let slot = self.slots.get_mut(self.used.pop()?)?;
        slot.id = 0;
        Some(slot.take())
    }

    fn is_taken_by_other(&self, id: u64) -> bool {
        self.slots.get(self.place(id)).is_none_or(|slot| slot.id != 0 && slot.id != id)
    }

    /// Doubles the table. Variables that do not meet before do not meet afterwards.
    #[cold]
    fn grow(&mut self) -> bool {
        let len = (self.slots.len() * 2).max(FIRST_SLOTS);
        let mut slots = Vec::new();
        if slots.try_reserve_exact(len).is_err() {
            return false;
        }
        slots.resize_with(len, || Slot { id: 0, value: None });
        let old = mem::replace(&mut self.slots, slots);
        self.used.clear();
        for slot in old.into_iter().filter(|slot| slot.id != 0 && slot.id != u64::MAX) {
            let place = self.place(slot.id);
            // There are as many as before at most.
            self.used.push(place);
            self.slots[place] = slot;
        }
        true
    }
}

impl Slot {
    /// Puts a value there. Returns it, and the one that stood there, if nobody else has that.
    fn put(&mut self, value: Value) -> (Rc<Value>, Option<Value>) {
        match &mut self.value {
            Some(old) => {
                if let Some(place) = Rc::get_mut(old) {
                    let displaced = mem::replace(place, value);
                    return (old.clone(), Some(displaced));
                }
                // Who has the old one drops it.
                *old = Rc::new(value);
                (old.clone(), None)
            }
            None => (self.value.insert(Rc::new(value)).clone(), None),
        }
    }

    /// Takes the value out, if nobody else has it, and keeps its memory.
    #[inline]
    fn take(&mut self) -> Option<Value> {
        match self.value.as_mut().and_then(Rc::get_mut) {
            Some(place) => Some(mem::replace(place, Value::None)),
            None => {
                self.value = None;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::is;

    fn stands(cache: &Cache, id: u64, value: i64) -> bool {
        cache.get(id).is_some_and(|found| is(found, &Value::from(value)))
    }

    #[test]
    fn variables_that_meet_make_the_table_grow_up_to_its_limit() {
        let mut cache = Cache::new();
        let far = |n: u64| 1 + n * FIRST_SLOTS as u64;
        for n in 0..40 {
            let _ = cache.put(far(n), Value::from(n as i64));
        }
        assert!((0..40).all(|n| stands(&cache, far(n), n as i64)));
        let same_place = far(3) + MOST_SLOTS as u64;
        let (_, displaced) = cache.put(same_place, Value::from(-1));
        assert!(is(&displaced.unwrap(), &Value::from(3)) && cache.get(far(3)).is_none());
        assert!(stands(&cache, same_place, -1));
    }

    #[test]
    fn what_is_removed_or_popped_is_gone_and_each_comes_once() {
        let mut cache = Cache::new();
        assert!(cache.get(7).is_none() && cache.remove(7).is_none() && cache.pop().is_none());
        for id in 1..9 {
            let _ = cache.put(id, Value::from(id as i64));
            let _ = cache.remove(id);
            let _ = cache.put(id, Value::from(id as i64));
        }
        let _ = cache.remove(5);
        assert!(cache.get(5).is_none() && stands(&cache, 6, 6));
        let popped: Vec<Value> = std::iter::from_fn(|| cache.pop()).flatten().collect();
        assert_eq!(format!("{popped:?}"), "[8, 7, 6, None, 4, 3, 2, 1]");
        assert!((1..9).all(|id| cache.get(id).is_none()));
    }
    #[test]
    fn who_keeps_a_value_has_it_while_the_table_changes() {
        let mut cache = Cache::new();
        let (kept, _) = cache.put(7, Value::from(1));
        let (other, displaced) = cache.put(7, Value::from(2));
        assert!(displaced.is_none() && is(&kept, &Value::from(1)) && is(&other, &Value::from(2)));
        drop(kept);
        assert!(cache.remove(7).is_none(), "the other one is kept still");
        drop(other);
        let _ = cache.put(7, Value::from(3));
        assert!(is(&cache.remove(7).unwrap(), &Value::from(3)));
    }
}
