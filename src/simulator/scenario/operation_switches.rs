//! What the portal's documentation leaves open about operations: starting, following and canceling
//! them.

use serde::Deserialize;

use super::switch::switch;

switch!(
    /// Go-live before the sign-off, or again when live; 202 starts an operation that ends at once,
    /// `starts` one that goes live.
    OutOfTurn { BadRequest = "400", Conflict = "409", Accepted = "202", Starts = "starts" }
);
switch!(
    /// A second start of what already runs.
    WhileRunning { SameOperation = "same-operation", Conflict = "409", BadRequest = "400" }
);
switch!(
    /// A publish of a draft that was published already.
    Unchanged {
        NewOperation = "new-operation",
        FinishedAtOnce = "finished-at-once",
        BadRequest = "400",
        Conflict = "409",
    }
);
switch!(
    /// How the publish operation looks once go-live was started.
    OldPublish {
        Complete = "complete",
        Unchanged = "unchanged",
        Touched = "touched",
        Gone = "gone",
    }
);
switch!(
    /// Where it shows that the publisher is asked: the operation is complete, or its step waits, or
    /// the offer's status says so.
    SignOff { Operation = "operation", Step = "step", Offer = "offer", Waiting = "waiting" }
);
switch!(
    /// A cancel of a running operation; `ignore` answers 202 and does nothing.
    Cancel { Accepted = "202", Done = "200", Refuse = "refuse", Ignore = "ignore" }
);
switch!(
    /// A cancel of nothing.
    CancelNothing { Accepted = "202", Done = "200", BadRequest = "400", NotFound = "404" }
);
switch!(
    /// The header that carries an operation's address.
    AddressHeader {
        Location = "location",
        OperationLocation = "operation-location",
        Both = "both",
        WithOffer = "operation-location-and-offer",
        WithOtherOffer = "operation-location-and-other-offer",
        Absent = "none",
    }
);
switch!(
    /// The form of an operation's address.
    AddressForm {
        Relative = "relative",
        WithoutApiVersion = "without-api-version",
        Absolute = "absolute",
        AbsoluteWithApiVersion = "absolute-with-api-version",
        Legacy = "legacy",
        LegacyGuid = "legacy-guid",
    }
);
switch!(
    /// The status of an accepted start.
    Accepted { Usual = "202", Ok = "200", Created = "201", NoContent = "204" }
);
switch!(
    /// The body of an accepted start.
    AcceptedBody { Empty = "empty", Operation = "operation", Null = "null", Text = "text" }
);
switch!(
    /// Whether an operation comes alone or in a list.
    Shape { Object = "object", Array = "array" }
);
switch!(
    /// The word for an operation's good end.
    Spelling { Complete = "complete", Completed = "completed", Succeeded = "succeeded" }
);
switch!(
    /// How status words are written.
    Case { Camel = "camelCase", Pascal = "PascalCase", Spaced = "spaced", Upper = "UPPERCASE" }
);
switch!(
    /// The word for a step that is under way.
    StepRunning { InProgress = "inProgress", Running = "running" }
);
switch!(
    /// The word for a canceled operation.
    Canceled { OneL = "canceled", TwoL = "cancelled" }
);
switch!(
    /// How timestamps are written.
    Timestamps {
        Six = "6-digits",
        Seven = "7-digits",
        WithoutZone = "without-zone",
        Seconds = "seconds",
        Offset = "offset",
    }
);
switch!(
    /// Messages as objects or as bare texts.
    Messages { Objects = "objects", Strings = "strings", Null = "null" }
);
switch!(
    /// Links as objects or as bare addresses; `none`: never any.
    Links { Objects = "objects", Pascal = "pascal-objects", Strings = "strings", Absent = "none" }
);
switch!(
    /// The body of an error; 401 is always `{"Message":…}`.
    ErrorBody {
        Error = "error",
        Message = "message",
        CapitalMessage = "Message",
        String = "string",
        Text = "text",
        Html = "html",
        Empty = "empty",
    }
);
switch!(
    /// Order of the list of operations.
    Order { NewestFirst = "newest-first", OldestFirst = "oldest-first", Shuffled = "shuffled" }
);
switch!(
    /// Which query parameter filters the list of operations.
    Filter {
        Both = "both",
        Status = "status",
        SubmissionState = "submissionState",
        Ignored = "ignored",
    }
);
switch!(
    /// How `Retry-After` is written.
    RetryAfterForm { Seconds = "seconds", Date = "date", Absent = "none" }
);
switch!(
    /// Whether cancels are rows of the list of operations.
    CancelRows { Absent = "absent", Listed = "listed" }
);
switch!(
    /// `slot` of a submission.
    SubmissionSlot { ByKind = "by-kind", Staging = "staging" }
);
