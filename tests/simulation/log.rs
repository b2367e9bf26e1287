//! What a run printed: read as the runner would, and for what it claims.

use crate::identity::MARK;

/// The commands that the program may give.
const COMMANDS: [&str; 7] =
    ["add-mask", "group", "endgroup", "error", "warning", "notice", "debug"];

/// What is wrong with the log of a job; `in_actions`: the runner reads it.
pub fn objections(log: &str, in_actions: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in log.split(['\n', '\r']) {
        let mut object = |why: &str| wrong.push(format!("{why}: {line}"));
        let command = line
            .trim_start()
            .strip_prefix("::")
            .map(|rest| rest.split([' ', ':']).next().unwrap_or_default());
        match command {
            Some("add-mask") if in_actions && line.contains(MARK) => continue,
            Some("add-mask") => object("a mask of no secret"),
            // The runner looks for the hidden form only in lines that are no command of the open
            // form.
            Some(name) if in_actions && COMMANDS.contains(&name) && !line.contains(MARK) => {
                continue;
            }
            Some(_) => object("a command of others"),
            None => {}
        }
        if line.contains("##[") || line.contains(['\u{2028}', '\u{2029}']) {
            object("a hidden command of others");
        }
        if line.contains(MARK) {
            object("a secret");
        }
    }
    wrong
}

/// What a run said about one offer.
#[derive(Debug, Default, Clone)]
pub struct Said {
    /// The last operation that it named, of each half, and how it came to it.
    pub publish: Option<Named>,
    pub go_live: Option<Named>,
    pub succeeded: bool,
    pub failed: bool,
    pub message: String,
}

#[derive(Debug, Clone)]
pub struct Named {
    pub how: String,
    pub id: Option<String>,
}

/// Reads the lines of one offer: `date time  offer  what  text`, in columns.
pub fn said(log: &str, offer: &str) -> Said {
    let mut said = Said::default();
    let mark = format!("  {offer}  ");
    for line in log.lines() {
        let Some(text) = line.get(19..).and_then(|rest| rest.strip_prefix(&mark)) else { continue };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (half, name) in [(&mut said.publish, "publish "), (&mut said.go_live, "go-live ")] {
            let how = ["started", "followed", "done before"].into_iter().find(|how| {
                text.strip_prefix(name)
                    .is_some_and(|rest| rest == *how || rest.starts_with(&format!("{how} · ")))
            });
            if let Some(how) = how {
                let id = text.split_once(" · ").map(|(_, address)| {
                    let path = address.split('?').next().unwrap_or_default();
                    path.rsplit('/').next().unwrap_or_default().to_owned()
                });
                *half = Some(Named { how: how.to_owned(), id });
            }
        }
        said.failed |= text.starts_with("failed ");
        if let Some(message) = text.strip_prefix("succeeded ") {
            said.succeeded = true;
            message.clone_into(&mut said.message);
        }
    }
    said
}
