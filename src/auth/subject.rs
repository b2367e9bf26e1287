//! The subject of GitHub's id token, which names the repository in one of two forms:
//! `repo:OWNER/REPO:…`, and with the numbers that no renaming changes,
//! `repo:OWNER@OWNERID/REPO@REPOID:…`. A repository has one of them: those that were created,
//! renamed or transferred after 15 July 2026 the second, older ones the first unless they opted in;
//! GitHub Enterprise Server knows the first only.

use crate::ids::RepositoryIds;

/// Which form a subject has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `repo:OWNER/REPO:…`
    Classic,
    /// `repo:OWNER@OWNERID/REPO@REPOID:…`
    Immutable,
}

/// The form of the subject, and the same subject in the other form if that can be told; `None` if
/// it has neither, because the organisation made its own.
#[must_use]
pub fn find_forms(subject: &str, ids: Option<RepositoryIds>) -> Option<(Form, Option<String>)> {
    let (owner, rest) = subject.strip_prefix("repo:")?.split_once('/')?;
    let (repository, context) = rest.split_once(':')?;
    match (strip_number(owner), strip_number(repository)) {
        (Some(owner), Some(repository)) => {
            Some((Form::Immutable, Some(format!("repo:{owner}/{repository}:{context}"))))
        }
        (None, None) => {
            let other = ids.map(|ids| {
                format!("repo:{owner}@{}/{repository}@{}:{context}", ids.owner, ids.repository)
            });
            Some((Form::Classic, other))
        }
        _ => None,
    }
}

/// The name before `@` and a number. No name of an owner or a repository has an `@` in it.
fn strip_number(part: &str) -> Option<&str> {
    let (name, id) = part.split_once('@')?;
    (!id.is_empty() && id.chars().all(|c| c.is_ascii_digit())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_told_in_the_other() {
        let ids = Some(RepositoryIds { owner: 1, repository: 2 });
        let (classic, immutable) =
            ("repo:o/r:environment:a:b/c@3", "repo:o@1/r@2:environment:a:b/c@3");
        assert_eq!(find_forms(classic, ids), Some((Form::Classic, Some(immutable.to_owned()))));
        assert_eq!(find_forms(immutable, None), Some((Form::Immutable, Some(classic.to_owned()))));
        assert_eq!(find_forms(classic, None), Some((Form::Classic, None)));
    }

    #[test]
    fn an_organisations_own_subject_has_neither() {
        for subject in [
            "",
            "repository_owner_id:1:repository_id:2",
            "repo:o",
            "repo:o/r",
            "repo:o@1/r:x",
            "repo:o@/r@2:x",
        ] {
            assert_eq!(find_forms(subject, None), None, "{subject}");
        }
    }
}
