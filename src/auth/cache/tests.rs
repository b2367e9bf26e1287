use std::collections::VecDeque;

use futures_util::future::{LocalBoxFuture, join_all};

use super::*;
use crate::auth::Token;
use crate::http::testing::{FakeClock, block_on};
use crate::problem::Code;

/// What comes of one exchange.
enum Step {
    Lives(Duration),
    LivesUnknown,
    Fails,
}

use Step::{Fails, Lives, LivesUnknown};

/// An hour, as Entra's tokens live.
const HOUR: Step = Lives(Duration::from_hours(1));

/// Gives what is scripted, one exchange each.
struct Source {
    clock: Rc<FakeClock>,
    script: RefCell<VecDeque<Step>>,
    exchanges: Rc<Cell<u32>>,
    takes: Duration,
}

impl TokenSource for Source {
    fn fetch(&self) -> LocalBoxFuture<'_, Result<Token, Problem>> {
        Box::pin(async {
            self.exchanges.set(self.exchanges.get() + 1);
            let number = self.exchanges.get();
            self.clock.sleep(self.takes).await;
            match self.script.borrow_mut().pop_front().expect("an exchange that nobody expected") {
                Lives(lifetime) => Ok(token(number, Some(lifetime))),
                LivesUnknown => Ok(token(number, None)),
                Fails => Err(Problem::new(Code::Unavailable, format!("exchange {number} failed"))),
            }
        })
    }
}

fn token(number: u32, lifetime: Option<Duration>) -> Token {
    Token { secret: SecretString::from(got(number)), lifetime }
}

struct World {
    clock: Rc<FakeClock>,
    credentials: Credentials,
    exchanges: Rc<Cell<u32>>,
}

fn world(script: impl IntoIterator<Item = Step>) -> World {
    let clock = Rc::new(FakeClock::with_chance(0.0));
    let exchanges = Rc::new(Cell::new(0));
    let source = Source {
        clock: clock.clone(),
        script: RefCell::new(script.into_iter().collect()),
        exchanges: exchanges.clone(),
        takes: Duration::from_millis(10),
    };
    let credentials = Credentials::new(Box::new(source), clock.clone());
    World { clock, credentials, exchanges }
}

impl World {
    fn token(&self) -> String {
        plain(block_on(self.credentials.token()))
    }

    fn renew(&self, refused: &str) -> String {
        plain(block_on(self.credentials.renew(&SecretString::from(refused))))
    }
}

/// The token, or what is wrong.
fn plain(result: Result<SecretString, Problem>) -> String {
    result.map_or_else(|problem| problem.message, |secret| secret.expose_secret().to_owned())
}

fn got(number: u32) -> String {
    format!("token-{number}")
}

#[test]
fn one_exchange_serves_until_five_minutes_before_the_end() {
    let world = world([HOUR, HOUR]);
    assert_eq!(world.token(), got(1));
    world.clock.advance(Duration::from_mins(55) - Duration::from_millis(1));
    assert_eq!((world.token(), world.exchanges.get()), (got(1), 1));
    world.clock.advance(Duration::from_millis(1));
    assert_eq!((world.token(), world.exchanges.get()), (got(2), 2));
}

#[test]
fn short_lives_are_renewed_a_sixth_before_their_end() {
    let world = world([Lives(Duration::from_mins(1)), Lives(Duration::from_mins(1))]);
    assert_eq!(world.token(), got(1));
    world.clock.advance(Duration::from_millis(49_999));
    assert_eq!(world.token(), got(1));
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(world.token(), got(2));
}

#[test]
fn even_a_token_that_ends_at_once_is_handed_out() {
    let world = world([
        Lives(Duration::ZERO),
        Lives(Duration::from_millis(200)),
        Lives(Duration::from_mins(1)),
    ]);
    assert_eq!(world.token(), got(1));
    assert_eq!(world.token(), got(2));
    assert_eq!(world.token(), got(3));
}

#[test]
fn absurd_lifetimes_are_bounded_and_unknown_ones_last_until_refused() {
    let world = world([Lives(Duration::MAX), LivesUnknown, Lives(Duration::from_mins(1))]);
    assert_eq!(world.token(), got(1));
    world.clock.advance(LONGEST_LIFETIME);
    assert_eq!(world.token(), got(2));
    world.clock.advance(LONGEST_LIFETIME * 99);
    assert_eq!(world.token(), got(2));
    assert_eq!(world.renew("token-2"), got(3));
}

#[test]
fn all_who_ask_at_once_share_one_exchange() {
    let world = world([HOUR]);
    let tokens = block_on(join_all((0..20).map(|_| world.credentials.token())));
    assert!(tokens.into_iter().all(|token| plain(token) == got(1)));
    assert_eq!(world.exchanges.get(), 1);
}

#[test]
fn all_who_ask_at_once_share_one_failure() {
    let world = world([Fails, HOUR]);
    let tokens = block_on(join_all((0..20).map(|_| world.credentials.token())));
    assert!(tokens.into_iter().all(|token| plain(token) == "exchange 1 failed"));
    // Who asks later gets another try.
    assert_eq!(world.token(), got(2));
}

#[test]
fn while_one_renews_the_others_go_on_with_the_old_token() {
    let world = world([HOUR, HOUR]);
    assert_eq!(world.token(), got(1));
    world.clock.advance(Duration::from_secs(3400));
    let tokens: Vec<_> = block_on(join_all((0..3).map(|_| world.credentials.token())))
        .into_iter()
        .map(plain)
        .collect();
    assert_eq!(tokens, [got(2), got(1), got(1)]);
    assert_eq!(world.exchanges.get(), 2);
}

#[test]
fn a_failed_renewal_is_no_harm_while_the_old_token_lives() {
    let world = world([HOUR, Fails, Fails, Fails, HOUR]);
    assert_eq!(world.token(), got(1));
    world.clock.advance(Duration::from_secs(3301));
    assert_eq!((world.token(), world.exchanges.get()), (got(1), 2));
    // Not at every call, but a minute later.
    assert_eq!((world.token(), world.exchanges.get()), (got(1), 2));
    world.clock.advance(POSTPONED);
    assert_eq!((world.token(), world.exchanges.get()), (got(1), 3));
    // Until it has ended.
    world.clock.advance(Duration::from_mins(4));
    assert_eq!(world.token(), "exchange 4 failed");
    assert_eq!(world.token(), got(5));
}

#[test]
fn after_a_refusal_one_exchange_serves_all_who_were_refused() {
    let world = world([HOUR, HOUR]);
    assert_eq!(world.token(), got(1));
    let old = SecretString::from("token-1");
    let tokens = block_on(join_all((0..5).map(|_| world.credentials.renew(&old))));
    assert!(tokens.into_iter().all(|token| plain(token) == got(2)));
    assert_eq!(world.renew("token-1"), got(2));
    assert_eq!((world.token(), world.exchanges.get()), (got(2), 2));
}

#[test]
fn a_refused_token_is_not_handed_out_again() {
    let world = world([HOUR, Fails, HOUR]);
    assert_eq!(world.token(), got(1));
    assert_eq!(world.renew("token-1"), "exchange 2 failed");
    assert_eq!(world.token(), got(3));
}

#[test]
fn a_caller_that_stops_waiting_leaves_the_turn_to_the_next() {
    let world = world([HOUR, HOUR]);
    block_on(async {
        let mut first = Box::pin(world.credentials.token());
        assert!(futures_util::poll!(&mut first).is_pending());
        drop(first);
        assert_eq!(plain(world.credentials.token().await), got(2));
    });
}
