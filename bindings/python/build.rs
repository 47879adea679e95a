//! Tells the source which CPython it is built for, as PyO3 does for its own.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
