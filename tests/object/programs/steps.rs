//! Random steps.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// Attribute names by code points: beyond ASCII, beyond 16 bits, and that as two surrogates.
const NAMES: [&[u32]; 7] =
    [&[0x61], &[0x62], &[0xe9], &[0x1f993], &[0xd83e, 0xdd93], &[0xd83e], &[0x61, 0x27, 0x62]];

fn any_name() -> impl Strategy<Value = Json> {
    let hex =
        |points: &[u32]| points.iter().map(|p| format!("{p:x}")).collect::<Vec<_>>().join(" ");
    let names: Vec<Json> = NAMES.iter().map(|points| json!(hex(points))).collect();
    prop_oneof![
        20 => prop::sample::select(names),
        1 => prop::sample::select(vec![json!(true), json!(1), json!(null)]),
    ]
}

fn any_value() -> impl Strategy<Value = Json> {
    prop_oneof![
        3 => (0..100i64).prop_map(|int| json!(int)),
        2 => (0..8i64, prop::sample::select(vec![0, 0, 0, 1, 2]), 0..100i64)
            .prop_map(|(methods, action, tag)| json!([methods, action, tag])),
    ]
}

fn class_name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[A-Z]",
        1 => Just("Caf\u{e9}".to_string()),
        1 => Just("it's".to_string()),
        1 => "[a-c]{1,2}\u{e9}{20,60}",
        1 => "\u{1f993}{10,14}x{0,70}",
    ]
}

fn bases() -> impl Strategy<Value = Vec<i64>> {
    let base = prop_oneof![20 => 0..1000i64, 1 => -3..0i64];
    prop::collection::vec(base, 0..4).prop_map(laid_out_alike)
}

fn target() -> impl Strategy<Value = i64> {
    prop_oneof![20 => 0..1000i64, 1 => Just(-1i64), 1 => Just(-2i64)]
}

/// Not only `object`: its instances have another layout, and CPython refuses to change bases to
/// those of another layout.
fn laid_out_alike(mut bases: Vec<i64>) -> Vec<i64> {
    if !bases.is_empty() && bases.iter().all(|&base| base == -1) {
        bases.push(0);
    }
    bases
}

fn create() -> impl Strategy<Value = Json> {
    let metatype = prop_oneof![2 => Just(0i64), 1 => 0..1000i64];
    (class_name(), bases(), any::<bool>(), metatype)
        .prop_map(|(name, bases, slotted, meta)| json!(["create", name, bases, slotted, meta]))
}

/// Attributes of classes and of their instances.
pub(crate) fn attribute_step() -> impl Strategy<Value = Json> {
    let pick = || 0..1000i64;
    let attribute = || (target(), any_name());
    prop_oneof![
        4 => create(),
        2 => (class_name(), prop::collection::vec(pick(), 0..3))
            .prop_map(|(name, bases)| json!(["metatype", name, bases])),
        3 => pick().prop_map(|class| json!(["object", class])),
        12 => attribute().prop_map(|(target, name)| json!(["get", target, name])),
        10 => (attribute(), any_value())
            .prop_map(|((target, name), value)| json!(["set", target, name, value])),
        4 => attribute().prop_map(|(target, name)| json!(["delete", target, name])),
        3 => (pick(), any_name(), pick())
            .prop_map(|(object, key, value)| json!(["put", object, key, value])),
        3 => (pick(), any_name().prop_filter("a str", Json::is_string))
            .prop_map(|(class, name)| json!(["lookup", class, name])),
        1 => pick().prop_map(|class| json!(["names", class])),
    ]
}

/// Class graphs, and changes of bases in them.
pub(crate) fn graph_step() -> impl Strategy<Value = Json> {
    let pick = || 0..1000i64;
    prop_oneof![
        4 => create(),
        2 => (pick(), bases()).prop_map(|(class, bases)| {
            // Without `object`, for the same reason.
            let bases: Vec<i64> = bases.into_iter().filter(|&base| base != -1).collect();
            json!(["bases", class, bases])
        }),
        1 => Just(json!(["mros"])),
    ]
}
