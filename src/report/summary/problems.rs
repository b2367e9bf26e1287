//! A summary of nothing but problems: wrong inputs, or a wrong manifest.

use super::super::markdown::{escape_code, escape_sentence};
use crate::problem::Problem;

/// The summary of a run that did not begin because of these problems.
#[must_use]
pub fn write_problems(problems: &[Problem]) -> String {
    let row = |problem: &Problem| {
        let at = problem
            .place
            .as_ref()
            .map(|at| format!("{}:{}:{}", at.file, at.line, at.column))
            .unwrap_or_default();
        let hint = problem.hint.as_deref().map(escape_sentence).unwrap_or_default();
        format!(
            "| {} | {} | {hint} | {} |\n",
            escape_code(&at),
            escape_sentence(&problem.to_string()),
            escape_code(&problem.code.to_string())
        )
    };
    let rows: String = problems.iter().map(row).collect();
    format!(
        "## ❌ Nothing was released\n\n| Where | What is wrong | What to do | Code \
         |\n|---|---|---|---|\n{rows}"
    )
}
