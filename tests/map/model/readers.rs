//! Threads that hold snapshots, and check all of them again and again while the maps are changed.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use super::world::{Kind, MapOf, Model, check_entries, check_lookups};
use crate::support::Dice;

pub(crate) type Snapshot<K> = (MapOf<K>, Model);

/// Starts a thread that holds what it is sent. It ends with the sender.
pub(crate) fn start<'scope, K>(
    scope: &'scope Scope<'scope, '_>,
    seed: u64,
) -> SyncSender<Snapshot<K>>
where
    K: Kind + 'scope,
    MapOf<K>: Send,
{
    // The sender is a few steps ahead, and so writes beside the reader.
    let (sender, receiver) = sync_channel(3);
    scope.spawn(move || hold::<K>(receiver, seed));
    sender
}

fn hold<K: Kind>(receiver: Receiver<Snapshot<K>>, seed: u64) {
    let mut dice = Dice(seed);
    let mut held: Vec<Snapshot<K>> = Vec::new();
    for snapshot in receiver {
        held.push(snapshot);
        held.iter().for_each(|(map, model)| check_entries::<K>(map, model));
        let (map, model) = &held[dice.below(held.len())];
        check_lookups::<K>(map, model);
        let most = dice.below(8);
        while held.len() > most {
            held.swap_remove(dice.below(held.len()));
        }
    }
}
