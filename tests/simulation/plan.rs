//! What one seed composes. Each feature is on in a part of the seeds only: faults that are always
//! on hide each other.

use std::time::Duration;

use crate::chance::Chance;
use crate::extra::{Extra, Extras};

/// How the job signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    Secret,
    Oidc,
    ReadyMade,
}

/// How GitHub treats check runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Github {
    /// The program runs outside Actions.
    Elsewhere,
    Good,
    Refusing,
    Limiting,
    Flaky,
    Down,
}

/// The command that is run again and again, until it ends well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    pub command: &'static str,
    pub go_live: bool,
    pub when_running: &'static str,
    pub on_cancel: &'static str,
    pub timeout: Duration,
    pub wait: bool,
    pub poll: &'static str,
}

/// One seed's world.
#[derive(Debug, Clone)]
pub struct Plan {
    pub job: Job,
    pub offers: usize,
    /// The manifest forbids the second offer to go live.
    pub veto: bool,
    pub sign_in: SignIn,
    pub token_life: Duration,
    pub github: Github,
    pub files: bool,
    pub debug: bool,
    /// Runs in which there may be faults; after them the world is calm.
    pub chaotic_runs: usize,
    /// Of 1000 requests, so many meet this fault.
    pub lost_requests: u32,
    pub lost_answers: u32,
    pub late_answers: u32,
    pub late_requests: u32,
    pub doubled_requests: u32,
    pub gateway_errors: u32,
    pub broken_bodies: u32,
    pub refused_tokens: u32,
    /// Whole minutes without any answer.
    pub outages: bool,
    /// In a chaotic run, the process is killed.
    pub kills: bool,
    pub signals: bool,
    pub others: bool,
    pub operations_fail: bool,
    pub operations_block: bool,
    pub operations_vanish: bool,
    pub strange_words: bool,
    pub offer_lags: bool,
    pub shortest_step: Duration,
    pub hostile: bool,
    pub wrong_date: bool,
    pub extras: Extras,
}

impl Plan {
    pub fn has(&self, extra: Extra) -> bool {
        self.extras.has(extra)
    }

    pub fn draw(chance: &Chance, extras: Extras) -> Self {
        let some = |per_mille: u32| {
            if chance.one_in(3) { 1 + chance.below(per_mille as usize) as u32 } else { 0 }
        };
        let often = |n: u32| chance.one_in(n);
        Self {
            job: Job::draw(chance),
            offers: if often(5) { 2 + chance.below(2) } else { 1 },
            veto: often(8),
            sign_in: chance.pick(&[
                SignIn::Secret,
                SignIn::Secret,
                SignIn::Oidc,
                SignIn::ReadyMade,
            ]),
            token_life: chance.pick(&[
                Duration::from_secs(3_600),
                Duration::from_secs(600),
                Duration::from_secs(86_400),
            ]),
            github: chance.pick(&[
                Github::Elsewhere,
                Github::Good,
                Github::Good,
                Github::Refusing,
                Github::Limiting,
                Github::Flaky,
                Github::Down,
            ]),
            files: often(16),
            debug: often(4),
            chaotic_runs: 1 + chance.below(4),
            lost_requests: some(200),
            lost_answers: some(300),
            late_answers: some(100),
            late_requests: some(100),
            doubled_requests: some(100),
            gateway_errors: some(300),
            broken_bodies: some(200),
            refused_tokens: some(50),
            outages: often(6),
            kills: often(2),
            signals: often(3),
            others: often(3),
            operations_fail: often(3),
            operations_block: often(3),
            operations_vanish: often(6),
            strange_words: often(4),
            offer_lags: often(3),
            shortest_step: if often(8) {
                Duration::from_millis(300)
            } else {
                Duration::from_secs(10)
            },
            hostile: often(4),
            wrong_date: often(6),
            extras,
        }
    }
}

impl Job {
    fn draw(chance: &Chance) -> Self {
        let command = chance.pick(&[
            "release", "release", "release", "release", "release", "release", "resume", "go-live",
            "cancel",
        ]);
        Self {
            command,
            go_live: chance.one_in(2),
            when_running: chance.pick(&["adopt", "adopt", "adopt", "wait", "cancel", "fail"]),
            on_cancel: chance.pick(&["leave", "cancel"]),
            timeout: chance.pick(&[
                Duration::from_secs(19_800),
                Duration::from_secs(19_800),
                Duration::from_secs(900),
            ]),
            wait: !chance.one_in(10),
            poll: chance.pick(&["auto", "auto", "auto", "auto", "auto", "auto", "1m", "5m"]),
        }
    }
}
