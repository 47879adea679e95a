//! A function fits a screen: 70 lines from its signature to its last brace.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use super::files::Source;
use super::finding::Finding;

const LINES: usize = 70;

pub(super) fn check(source: &Source) -> Vec<Finding> {
    if !source.is("rs") {
        return Vec::new();
    }
    match source.parsed() {
        Ok(file) => {
            let mut long = Long { source, findings: Vec::new() };
            long.visit_file(file);
            long.findings
        }
        Err(error) => {
            let line = error.span().start().line;
            vec![Finding::fault(source, line, format!("cannot be parsed; mend it: {error}"))]
        }
    }
}

/// Collects functions that are too long.
struct Long<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

impl Long<'_> {
    fn measure(&mut self, signature: &Signature, block: &Block) {
        let line = |span: Span| span.start().line;
        let (first, last) = (line(signature.fn_token.span), line(block.brace_token.span.close()));
        let lines = last - first + 1;
        if lines > LINES {
            let name = &signature.ident;
            let message = format!("fn {name} has {lines} lines; {LINES} are the most: split it");
            self.findings.push(Finding::fault(self.source, first, message));
        }
    }
}

impl<'ast> Visit<'ast> for Long<'_> {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.measure(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_found(text: &str) -> Vec<usize> {
        let source = Source::new("a.rs", text);
        check(&source).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn functions_are_measured_from_signature_to_brace_wherever_they_are() {
        // The signature and the closing brace take a line each.
        let body = |lines: usize| "let _ = 1;\n".repeat(lines - 2);
        assert_eq!(lines_found(&format!("/// Doc.\nfn a() {{\n{}}}", body(70))), [0; 0]);
        assert_eq!(lines_found(&format!("/// Doc.\nfn a() {{\n{}}}", body(71))), [2]);
        let in_impl = format!("struct A;\nimpl A {{\nfn a() {{\n{}}}\n}}", body(71));
        assert_eq!(lines_found(&in_impl), [3]);
        let in_trait = format!("trait A {{\nfn b();\nfn a() {{\n{}}}\n}}", body(71));
        assert_eq!(lines_found(&in_trait), [3]);
    }

    #[test]
    fn a_file_that_is_no_rust_is_a_fault() {
        assert_eq!(lines_found("fn a() {\n"), [1]);
    }
}
