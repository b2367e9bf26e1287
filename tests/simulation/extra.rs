//! What the worlds learnt one after the other: ways of the portal, of the network and of other
//! people, and rules that the oracle judges by. Each is drawn with dice of its own, so that the
//! other seeds mean what they meant before.
//!
//! * `WORLDS=all cargo test --test simulation`: with those too that the program does not hold yet.
//! * `WORLDS=none …`, `WORLDS=SecondJob,Content …`: without any, or with just these.

use std::sync::OnceLock;

use crate::chance::Chance;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// Another job runs at the same time.
    SecondJob,
    /// Go-live is accepted though nothing waits for it.
    LooseGoLive,
    /// The list, the offer and new operations are behind by minutes.
    SlowViews,
    /// A POST is carried out up to two minutes after it was sent, whatever was answered.
    LatePosts,
    /// Rows that the release has nothing to do with: of old, of other kinds, of unknown words.
    OldRows,
    /// The list in any order.
    RowOrder,
    /// `Location` names the offer, or another operation, beside `Operation-Location`.
    BothHeaders,
    /// The draft is edited at any moment, also while an operation runs.
    Edits,
    /// The slots tell what preview and live hold.
    Slots,
    /// One look in many is answered 400 or 403.
    OddAnswers,
    /// A ready-made token ends within the run.
    TokenEnds,
    /// `resume` is given the address of an operation.
    ResumeOperation,
    /// The publish's row stays as it was after its go-live, or is touched last.
    OldPublishRow,
    /// The manifest says what the draft shall hold, and a second author edits it too.
    Drafts,
    /// The offers are released through the Product Ingestion API.
    Ingestion,
    /// GitHub keeps deployments: a later attempt of the same run starts nothing after success.
    Ledger,

    /// Rule: success is the content's. What was the draft when the run began is in preview or live.
    Content,
    /// Rule: the same where nothing shows the content, and times alone tell that the draft was edited.
    ContentByTimes,
    /// Rule: only the preview that the run published, or was shown, goes live.
    Bound,
    /// Rule: `cancel` is done when what ran is at rest.
    CancelsTheOne,
    /// Rule: `on-cancel: cancel` cancels only what the run started.
    CancelsOwn,
    /// Rule: where the operation runs, the run does not end as failed.
    PendingWhileItRuns,
}

use Extra::{
    BothHeaders, Bound, CancelsOwn, CancelsTheOne, Content, ContentByTimes, Drafts, Edits,
    Ingestion, LatePosts, Ledger, LooseGoLive, OddAnswers, OldPublishRow, OldRows,
    PendingWhileItRuns, ResumeOperation, RowOrder, SecondJob, Slots, SlowViews, TokenEnds,
};

/// Each with how rare it is: on in one world of so many. New ones go to the end.
const ALL: [(Extra, u32); 22] = [
    (SecondJob, 4),
    (LooseGoLive, 3),
    (SlowViews, 6),
    (LatePosts, 4),
    (OldRows, 4),
    (RowOrder, 4),
    (BothHeaders, 4),
    (Edits, 4),
    (Slots, 2),
    (OddAnswers, 5),
    (TokenEnds, 3),
    (ResumeOperation, 3),
    (OldPublishRow, 4),
    (Content, 1),
    (Bound, 1),
    (CancelsTheOne, 1),
    (CancelsOwn, 1),
    (PendingWhileItRuns, 1),
    (Drafts, 3),
    (Ingestion, 4),
    (Ledger, 2),
    (ContentByTimes, 1),
];

/// What the program does not hold yet.
const PENDING: &[Extra] = &[
    SecondJob,
    LooseGoLive,
    SlowViews,
    OldRows,
    Edits,
    Slots,
    OldPublishRow,
    Drafts,
    Ingestion,
    Content,
    ContentByTimes,
];

/// Which of them this seed has.
#[derive(Debug, Clone, Default)]
pub struct Extras(Vec<Extra>);

impl Extras {
    pub fn draw(seed: u64) -> Self {
        let dice = Chance::new(seed ^ 0x9e37_79b9_7f4a_7c15);
        let drawn = ALL.iter().filter(|(_, rare)| dice.one_in(*rare));
        let drawn: Vec<Extra> =
            drawn.map(|(extra, _)| *extra).filter(|extra| wanted().contains(extra)).collect();
        // The second portal has no documents that an edit could be about.
        let bare = drawn.contains(&Ingestion);
        Self(drawn.into_iter().filter(|extra| !bare || *extra != Drafts).collect())
    }

    pub fn has(&self, extra: Extra) -> bool {
        self.0.contains(&extra)
    }
}

/// What this run of the test is about.
fn wanted() -> &'static [Extra] {
    static WANTED: OnceLock<Vec<Extra>> = OnceLock::new();
    WANTED.get_or_init(|| {
        let all = ALL.iter().map(|(extra, _)| *extra);
        let named = std::env::var("WORLDS").unwrap_or_default();
        match named.as_str() {
            "" => all.filter(|extra| !PENDING.contains(extra)).collect(),
            "all" => all.collect(),
            "none" => Vec::new(),
            named => all
                .filter(|extra| named.split(',').any(|name| name == format!("{extra:?}")))
                .collect(),
        }
    })
}
