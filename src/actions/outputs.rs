//! The table of outputs: what `action.yml` and the README say about them.

use std::fmt::Write as _;

/// Every output with its description, in the order of the documentation.
pub const ALL: &[(&str, &str)] = &[
    (
        "outcome",
        "`succeeded`, `pending`, `failed` or `cancelled`; of several offers the worst, in the \
         order failed, cancelled, pending, succeeded.",
    ),
    ("phase", "The last phase that was reached: `publish` or `go-live`."),
    ("publish-operation", "Address of the publish operation, if there is a single offer."),
    ("go-live-operation", "Address of the go-live operation, if there is a single offer."),
    (
        "preview",
        "Names the preview that is this release's, with `status` the one that waits, for the input \
         `preview` of the job that goes live, if there is a single offer.",
    ),
    (
        "version",
        "The version that is released, if there is a single offer: that of the image which the \
         manifest adds, else the input `version`; of a release that is continued, the version \
         that the ledger says.",
    ),
    ("preview-links", "Links to the previews, one a line."),
    ("live-links", "Links to the live offers, one a line."),
    (
        "waiting",
        "The offers whose preview waits to go live, separated by commas; without those whose \
         manifest says `go-live: false`.",
    ),
    ("check-run-url", "Page of the check run; of several offers one a line."),
    (
        "offers",
        "JSON array with an object for each offer: `publisher`, `offer`, `outcome`, `phase`, \
         `state`, `publishOperation`, `goLiveOperation`, `previewLinks`, `liveLinks`, \
         `checkRunUrl`, `message`, `code`, `api`, `version`, `changed`, `preview`, `verified`, \
         `startedAt`, `finishedAt`, `steps`. Shortened where GitHub's limit of a job's outputs \
         asks for it: `leftOut` then says what is missing.",
    ),
    (
        "changed",
        "`true` if the draft was, or with `plan` would be, changed, or anything was started.",
    ),
    (
        "matrix",
        "With `command: plan`: the offers as the `matrix` of a job, as JSON: `{\"include\": \
         [{\"name\": …, \"offers\": …}]}`. An entry for each offer; beyond 256, which is the most \
         that GitHub allows, several offers to an entry. With `status` and `resume`: those \
         of `waiting`, each with its `preview`, which is empty where several offers share an \
         entry.",
    ),
    ("record", "Path of the record, if the input `record` asked for one."),
];

/// The README's table of outputs, in Markdown.
#[must_use]
pub fn render_outputs_table() -> String {
    let mut table = String::from("| output | meaning |\n|---|---|\n");
    for (name, description) in ALL {
        let _ = writeln!(table, "| `{name}` | {description} |");
    }
    table
}

/// The `outputs:` of `action.yml`.
#[must_use]
pub fn action_outputs() -> String {
    let mut yaml = String::from("outputs:\n");
    for (name, description) in ALL {
        let _ = writeln!(yaml, "  {name}:\n    description: >-\n      {description}");
    }
    yaml
}
