//! Random programs of dicts, run here and by the python3 of this machine.
//!
//! The bugs this hunts: an entry at the wrong position, or twice; an error with another message; a
//! comparison with exchanged operands; a search that goes on where CPython's starts again, because
//! a key changed the dict while it was compared.

use crate::dict_program;
use crate::oracle;
use crate::support::Dice;
use serde_json::{Value as Json, json};

const SEEDS: [u32; 3] = [0, 42, 20_261_121];

/// Every operation on values of every kind. Some are unhashable, some are no pairs.
#[test]
fn programs_on_plain_values() {
    for seed in SEEDS {
        let programs: Vec<Json> = (0..250).map(|index| plain_program(seed, index)).collect();
        let compared = compare(seed, &programs);
        assert!(compared.is_none_or(|compared| compared == programs.len()));
    }
}

/// Keys that fail or change the dict while they are compared. The comparisons, their order, the
/// restarts of searches, the errors and the final dict are the same.
#[test]
fn programs_on_keys_that_change_the_dict() {
    for seed in SEEDS {
        let programs: Vec<Json> = (0..1500).map(|index| keyed_program(seed, index)).collect();
        let compared = compare(seed, &programs);
        assert!(compared.is_none_or(|compared| compared > programs.len() / 4), "{compared:?}");
    }
}

/// Keys that do nothing but compare, in dicts of any size and history. CPython may compare them in
/// another order, or twice; the results, the errors and the final dict are the same.
#[test]
fn programs_on_keys_that_only_compare() {
    for seed in SEEDS {
        let programs: Vec<Json> = (0..400).map(|index| pure_program(seed, index)).collect();
        let Some(answers) = dict_program::ask(seed, &json!(programs)) else { return };
        let policy = oracle::policy(seed, &answers);
        for (program, answer) in programs.iter().zip(answers["programs"].as_array().unwrap()) {
            let is_result = |line: &String| !line.contains("==");
            let theirs = answer["log"].as_array().unwrap().iter();
            let theirs: Vec<String> =
                theirs.map(|line| line.as_str().unwrap().to_string()).filter(is_result).collect();
            let ours = dict_program::run(program, &policy).into_iter().filter(is_result);
            assert_eq!(ours.collect::<Vec<_>>().join("\n"), theirs.join("\n"), "{program}");
        }
    }
}

/// Iterators over a dict that changes meanwhile.
#[test]
fn programs_on_iterators() {
    for seed in SEEDS {
        let programs: Vec<Json> = (0..400).map(|index| iterator_program(seed, index)).collect();
        let compared = compare(seed, &programs);
        assert!(compared.is_none_or(|compared| compared == programs.len()));
    }
}

/// The order and contents of CPython's HAMT, and the hash of its items.
#[test]
fn programs_on_the_hamt() {
    for seed in SEEDS {
        let programs: Vec<Json> = (0..120).map(|index| hamt_program(seed, index)).collect();
        let compared = compare(seed, &programs);
        assert!(compared.is_none_or(|compared| compared == programs.len()));
    }
}

/// The results of CPython 3.11 for some of these programs, for machines without Python.
/// `vectors/dict.py` writes them to `dict.json`.
#[test]
fn recorded_programs() {
    let file: Json = serde_json::from_str(include_str!("../vectors/dict.json")).unwrap();
    for recording in file["recordings"].as_array().unwrap() {
        let seed = recording["seed"].as_u64().unwrap() as u32;
        let programs = recording["programs"].as_array().unwrap();
        let compared = compare_with(seed, programs, &recording["answers"]);
        assert!(compared.is_some_and(|compared| compared > programs.len() / 2), "{compared:?}");
    }
}

/// Runs the programs on both sides. Returns how many of them could be compared.
fn compare(seed: u32, programs: &[Json]) -> Option<usize> {
    let answers = dict_program::ask(seed, &json!(programs))?;
    compare_with(seed, programs, &answers)
}

fn compare_with(seed: u32, programs: &[Json], answers: &Json) -> Option<usize> {
    let policy = oracle::policy(seed, answers);
    if answers["version"] == json!([3, 8]) {
        println!("skipped: up to 3.8 `&` of views makes sets of both");
        return None;
    }
    let mut compared = 0;
    for (program, answer) in programs.iter().zip(answers["programs"].as_array().unwrap()) {
        let has_keys = !program["keys"].as_array().unwrap().is_empty();
        if has_keys && !answer["comparable"].as_bool().unwrap() {
            continue;
        }
        // CPython's HAMT compares keys of other hashes too, so comparisons are left out.
        let is_hamt = program["steps"][0][0] == "hamt";
        let keep = |line: &String| !is_hamt || !line.contains("==");
        let theirs = answer["log"].as_array().unwrap().iter();
        let theirs: Vec<String> =
            theirs.map(|line| line.as_str().unwrap().to_string()).filter(keep).collect();
        let ours: Vec<String> =
            dict_program::run(program, &policy).into_iter().filter(keep).collect();
        if theirs.iter().any(|line| line == "hamt None") {
            println!("skipped: this python has no HAMT to ask");
            return None;
        }
        assert_eq!(ours.join("\n"), theirs.join("\n"), "seed {seed}: {program}");
        compared += 1;
    }
    Some(compared)
}

fn dice(seed: u32, index: u64) -> Dice {
    Dice(u64::from(seed) << 32 | index)
}

fn pick<'a, T>(dice: &mut Dice, among: &'a [T]) -> &'a T {
    &among[dice.below(among.len())]
}

/// Values that are equal across kinds, collide, are pairs, or cannot be hashed.
fn values(dice: &mut Dice) -> Vec<Json> {
    let text = |text: &str| json!({ "str": text.chars().map(u32::from).collect::<Vec<_>>() });
    let int = |int: i64| json!({ "int": int.to_string() });
    let float = |float: f64| json!({ "float": format!("{:016x}", float.to_bits()) });
    let tuple = |items: &[Json]| json!({ "tuple": items });
    let mut values = vec![
        int(0),
        int(1),
        int(-1),
        int(-2),
        json!(true),
        json!(false),
        float(1.0),
        float(-0.0),
        float(f64::NAN),
        json!({ "complex": [float(1.0)["float"], float(0.0)["float"]] }),
        json!({ "int": "36893488147419103232" }),
        float(36_893_488_147_419_103_232.0),
        Json::Null,
        json!("..."),
        text(""),
        text("a"),
        text("ab"),
        text("b"),
        text("\u{e9}"),
        text("\u{1f993}"),
        json!({ "str": [0xd83e, 0xdd93] }),
        json!({ "bytes": [97] }),
        json!({ "bytes": [97, 98] }),
        tuple(&[]),
        tuple(&[int(1)]),
        tuple(&[float(1.0)]),
        tuple(&[text("ab"), tuple(&[int(1), int(2)])]),
        tuple(&[text("ab"), int(1)]),
        tuple(&[tuple(&[int(1), text("b")]), text("abc")]),
        tuple(&[json!(true), int(2)]),
        tuple(&[json!("list")]),
        json!({ "frozenset": [int(1), text("a")] }),
        json!({ "frozenset": [float(1.0), text("a")] }),
        json!("list"),
    ];
    // The oracle cannot build a tuple with a list in it.
    values.retain(|value| value["tuple"][0] != "list");
    dice.shuffle(&mut values);
    values.truncate(14);
    values
}

fn plain_program(seed: u32, index: u64) -> Json {
    let mut dice = dice(seed, index);
    let values = values(&mut dice);
    let steps: Vec<Json> = (0..40).map(|_| plain_step(&mut dice, values.len())).collect();
    json!({ "keys": [], "values": values, "steps": steps })
}

fn plain_step(dice: &mut Dice, values: usize) -> Json {
    let v = |dice: &mut Dice| format!("v{}", dice.below(values));
    match dice.below(32) {
        0..7 => json!(["set", v(dice), v(dice)]),
        7..10 => json!(["set_other", v(dice), v(dice)]),
        10 => json!(["get", v(dice)]),
        11 => json!(["get_item", v(dice)]),
        12 => json!(["contains", v(dice)]),
        13 => json!(["setdefault", v(dice), v(dice)]),
        14 => json!(["pop", v(dice)]),
        15 => json!(["pop_or", v(dice), v(dice)]),
        16 => json!(["popitem"]),
        17 => json!(["del", v(dice)]),
        18 if dice.below(4) == 0 => json!(["clear"]),
        18 | 19 => json!(["update", v(dice)]),
        20 => json!(["update_other"]),
        21 => json!(["merge_absent"]),
        22 => json!(["swap"]),
        23 => json!(["equal"]),
        24 => json!(["views"]),
        25 => json!(["in_values", v(dice)]),
        26 => json!(["in_items", v(dice), v(dice)]),
        27..31 => {
            let operators = ["&", "|", "-", "^", "==", "<=", "<", ">=", ">", "isdisjoint"];
            let kinds = ["keys", "items", "value", "list", "set"];
            let view = *pick(dice, &["keys", "items"]);
            let (operator, kind) = (*pick(dice, &operators), *pick(dice, &kinds));
            json!(["view", view, operator, kind, v(dice)])
        }
        _ => json!(["show"]),
    }
}

/// Many keys of few hashes. A group is of one hash, or the keys would lie.
fn pure_program(seed: u32, index: u64) -> Json {
    let mut dice = dice(seed, index);
    let keys: Vec<Json> = (0..24)
        .map(|index| {
            let group = (dice.below(3) > 0).then(|| dice.below(12));
            let hash = group.map_or_else(|| dice.below(4), |group| group % 4);
            json!({ "name": format!("k{index}"), "hash": hash, "group": group, "acts": [] })
        })
        .collect();
    let values: Vec<Json> = (0..4).map(|int: i32| json!({ "int": int.to_string() })).collect();
    let steps: Vec<Json> = (0..80)
        .map(|_| {
            let key = format!("k{}", dice.below(24));
            let value = format!("v{}", dice.below(4));
            match dice.below(16) {
                0..6 => json!(["set", key, value]),
                6 => json!(["get", key]),
                7 => json!(["contains", key]),
                8 => json!(["setdefault", key, value]),
                9 => json!(["pop_or", key, value]),
                10 => json!(["pop", key]),
                11 => json!(["del", key]),
                12 => json!(["set_other", key, value]),
                13 => json!(["update_other"]),
                14 => json!(["swap"]),
                _ => json!(["show"]),
            }
        })
        .collect();
    json!({ "keys": keys, "values": values, "steps": steps })
}

fn keyed_program(seed: u32, index: u64) -> Json {
    let mut dice = dice(seed, index);
    let step = |dice: &mut Dice| {
        let k = |dice: &mut Dice| format!("k{}", dice.below(6));
        match dice.below(14) {
            0..6 => json!(["set", k(dice), format!("v{}", dice.below(4))]),
            6 => json!(["get", k(dice)]),
            7 => json!(["contains", k(dice)]),
            8 => json!(["setdefault", k(dice), "v0"]),
            9 => json!(["pop", k(dice)]),
            10 => json!(["del", k(dice)]),
            11 => json!(["popitem"]),
            12 => json!(["clear"]),
            _ => json!(["get_item", k(dice)]),
        }
    };
    let keys: Vec<Json> = (0..6)
        .map(|index| {
            let acts: Vec<Json> = (0..dice.below(4))
                .map(|_| match dice.below(5) {
                    0 | 1 => json!([]),
                    2 => json!([["raise"]]),
                    3 => json!([step(&mut dice)]),
                    _ => json!([step(&mut dice), step(&mut dice)]),
                })
                .collect();
            let group = (dice.below(3) > 0).then(|| dice.below(4));
            let hash = *pick(&mut dice, &[7, 7, 7, 8]);
            json!({ "name": format!("k{index}"), "hash": hash, "group": group, "acts": acts })
        })
        .collect();
    let values: Vec<Json> = (0..4).map(|int: i32| json!({ "int": int.to_string() })).collect();
    let mut steps: Vec<Json> = Vec::new();
    for _ in 0..8 {
        steps.push(step(&mut dice));
        steps.push(json!(["show"]));
    }
    json!({ "keys": keys, "values": values, "steps": steps })
}

/// Makes at most five entries. At the sixth CPython moves the entries under the iterator.
fn iterator_program(seed: u32, index: u64) -> Json {
    let mut dice = dice(seed, index);
    let values: Vec<Json> = (0..8).map(|int: i32| json!({ "int": int.to_string() })).collect();
    let first = dice.below(4);
    let mut steps: Vec<Json> =
        (0..first).map(|key| json!(["set", format!("v{key}"), "v0"])).collect();
    let mut fresh = first..5;
    let mut act = |dice: &mut Dice| {
        let any = format!("v{}", dice.below(5));
        match (dice.below(6), fresh.next()) {
            (0 | 1, Some(key)) => json!(["set", format!("v{key}"), "v1"]),
            (2 | 3, _) => json!(["pop_or", any, "v0"]),
            (4, _) => json!(["popitem"]),
            _ => json!(["get", any]),
        }
    };
    let acts: Vec<Json> = (0..dice.below(4)).map(|_| act(&mut dice)).collect();
    if dice.below(3) == 0 {
        steps.push(json!(["again", acts]));
    } else {
        let acts: Vec<Json> = acts.into_iter().map(|act| json!([dice.below(3), act])).collect();
        let view = *pick(&mut dice, &["keys", "values", "items"]);
        steps.push(json!(["iterate", view, dice.below(2) == 1, acts]));
    }
    steps.push(json!(["show"]));
    json!({ "keys": [], "values": values, "steps": steps })
}

fn hamt_program(seed: u32, index: u64) -> Json {
    let mut dice = dice(seed, index);
    let values = values(&mut dice);
    let hashes: [i64; 12] =
        [0, 1, 32, 33, 1 << 5, 1 << 10, 1 << 30, 1 << 31, -1 << 40, 4, -5, (1 << 32) - 1];
    let keys: Vec<Json> = (0..40)
        .map(|index| {
            let group = (dice.below(4) == 0).then(|| dice.below(3));
            let hash = match (group, dice.below(3)) {
                (Some(group), _) => 33 * group as i64,
                (None, 0) => *pick(&mut dice, &hashes),
                (None, 1) => dice.below(64) as i64,
                // Python turns the hash -1 into -2.
                _ => (dice.roll() as i64 >> dice.below(60)) & !1,
            };
            json!({ "name": format!("k{index}"), "hash": hash, "group": group, "acts": [] })
        })
        .collect();
    let steps: Vec<Json> = (0..60)
        .map(|_| {
            let key = match dice.below(3) {
                0 => format!("v{}", dice.below(values.len())),
                _ => format!("k{}", dice.below(keys.len())),
            };
            match dice.below(3) {
                0 => json!([key]),
                _ => json!([key, format!("v{}", dice.below(values.len()))]),
            }
        })
        .collect();
    json!({ "keys": keys, "values": values, "steps": [["hamt", steps]] })
}
