//! "Did you mean …?"

/// The word that a slip of the pen turned into `text`, if one of them is that near.
///
/// Letter case, `-` and `_` do not count: `notificationEmails` is `notification-emails`.
pub fn find_nearest<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer texts are no slip of the pen, and comparing them would cost.
    const LONGEST: usize = 64;
    if text.len() > LONGEST {
        return None;
    }
    let text = strip_marks(text);
    let (distance, word) = words
        .map(|word| (count_edits(&text, &strip_marks(word)), word))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= word.len().max(3) / 3).then_some(word)
}

fn strip_marks(text: &str) -> Vec<char> {
    text.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// Levenshtein's distance: letters to insert, delete or replace.
fn count_edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let words = ["publisher", "notification-emails", "offers"];
        let nearest = |text| find_nearest(text, words.into_iter());
        assert_eq!(nearest("publsher"), Some("publisher"));
        assert_eq!(nearest("offer"), Some("offers"));
        assert_eq!(nearest("notificationEmails"), Some("notification-emails"));
        assert_eq!(nearest("NOTIFICATION_EMAIL"), Some("notification-emails"));
        assert_eq!(nearest("version"), None);
        assert_eq!(nearest(""), None);
        assert_eq!(nearest(&"offers".repeat(1000)), None);
    }

    #[test]
    fn the_distance_counts_letters() {
        let distance = |a: &str, b: &str| super::count_edits(&strip_marks(a), &strip_marks(b));
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
