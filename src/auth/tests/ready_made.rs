use serde_json::json;

use super::*;
use crate::auth::claims::tests::jwt;

#[test]
fn a_ready_made_token_is_used_as_it_is() {
    let world = world();
    let make = |token: &str| {
        ReadyMade::new(&SecretString::from(token), world.clock.clone(), &world.wire.secrets)
    };
    assert_eq!(
        fetch(&make(" opaque-token\n").unwrap()).unwrap(),
        ("opaque-token".to_owned(), None)
    );
    assert_eq!(*world.masked.lock().unwrap(), ["opaque-token"]);
    // Ten minutes from the clock's 12:00, and ten minutes ago.
    let until = |exp: i64| make(&jwt(&json!({"exp": exp}))).unwrap();
    assert_eq!(fetch(&until(1_795_176_600)).unwrap().1, Some(600));
    assert_eq!(fetch(&until(1_795_175_400)).unwrap().1, Some(0));
    assert_eq!(make("two words").err().unwrap().code, Code::InputInvalid);
    assert_eq!(make("").err().unwrap().code, Code::InputInvalid);
    assert_snapshot!(shown(&until(1_795_175_400).last_word().unwrap()), @"
    offer-release/portal-unauthorized the portal answered 401 to the token of input \
    `access-token`; by its own word it ended at 2026-11-20T11:50:00Z
    => a ready-made token cannot be renewed, and a release takes longer than the hour that tokens \
    live: remove `access-token` and give `tenant-id` and `client-id`, with `client-secret` or with \
    the permission `id-token: write`; or get a new token for the resource \
    https://cloudpartner.azure.com and continue with `command: resume`
    ");
    assert_snapshot!(
        until(1_795_176_600).last_word().unwrap().message,
        @"the portal answered 401 to the token of input `access-token`; by its own word it is \
          good until 2026-11-20T12:10:00Z, so it may be for another resource or tenant"
    );
    assert_snapshot!(
        make("opaque-token").unwrap().last_word().unwrap().message,
        @"the portal answered 401 to the token of input `access-token`"
    );
}

#[test]
fn a_refused_ready_made_token_is_the_end() {
    let world = world();
    let source = ReadyMade::new(
        &SecretString::from("opaque-token"),
        world.clock.clone(),
        &world.wire.secrets,
    )
    .unwrap();
    let credentials = Credentials::new(Box::new(source), world.clock.clone());
    let token = block_on(credentials.token()).unwrap();
    assert_eq!(block_on(credentials.renew(&token)).unwrap_err().code, Code::PortalUnauthorized);
}
