//! What the portal's documentation leaves open about an offer's document: reading and writing it.

use serde::Deserialize;

use super::switch::switch;

switch!(
    /// Whether GET of an offer says its `ETag`; PUT always does.
    Etag { Absent = "none", Weak = "weak" }
);
switch!(
    /// A PUT on an offer that exists, without `If-Match`.
    IfMatchMissing { Conflict = "409", BadRequest = "400", Accepted = "200" }
);
switch!(
    /// A PUT while an operation runs.
    PutWhileRunning { Accepted = "200", Conflict = "409", BadRequest = "400" }
);
switch!(
    /// The status of a PUT that changed an offer.
    PutAnswer { Ok = "200", Created = "201" }
);
switch!(
    /// The document in the answer of a PUT.
    PutBody { New = "new", Old = "old" }
);
switch!(
    /// Whether a PUT moves `changedTime`.
    ChangedTime { Moves = "moves", Stays = "stays" }
);
switch!(
    /// A PUT with keys that a GET returns and that cannot be written.
    LegacyKeys { Refused = "refused", Accepted = "accepted" }
);
switch!(
    /// What becomes of the key `windowsOSType`.
    WindowsOsType { Renamed = "renamed", Kept = "kept" }
);
switch!(
    /// Addresses of logos: as they were written, or with a new signature at each GET.
    LogoUrls { Kept = "kept", Signed = "signed" }
);
switch!(
    /// Whether a PUT adds keys of the service's own.
    PutDefaults { Absent = "none", Added = "added" }
);
switch!(
    /// The order of keys in a GET.
    KeyOrder { Kept = "kept", Reversed = "reversed" }
);
switch!(
    /// Credentials in documents: shown; or hidden, and kept or blanked by a PUT without them.
    Secrets { Shown = "shown", Kept = "hidden-kept", Blanked = "hidden-blanked" }
);
switch!(
    /// Whether the slots can be read.
    Slots { Shown = "shown", NotFound = "not-found" }
);
