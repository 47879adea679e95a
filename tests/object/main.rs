//! Python's values, dicts, types and contexts: each module begins with the class of bug it looks
//! for.
//!
//! They are one program, since each program is compiled by itself, with the whole engine in it.
#![cfg(feature = "object")]

// What they share.
mod class_world;
mod context_cases;
mod context_program;
mod dict_model;
mod dict_program;
mod message_world;
mod on_drop;
mod oracle;
mod programs;
mod runtime;
mod str_answers;
#[path = "../support/mod.rs"]
mod support;
mod user_keys;

mod attributes;
mod class_bodies;
mod class_messages;
mod context;
mod context_programs;
mod context_threads;
mod context_tokens;
mod context_values;
mod dict;
mod dict_histories;
mod dict_programs;
mod dict_sets;
mod dict_update;
mod dict_user_code;
mod dict_views;
mod inline_caches;
mod lookup_cache;
mod lookup_table;
mod mapping_proxy;
mod messages;
mod persistent_dict;
mod persistent_dict_histories;
mod repr_versions;
mod str;
mod str_calls;
mod str_parts;
mod str_unicode;
mod types;
mod types_of_jython;
mod types_programs;
mod values;
