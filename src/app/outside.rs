//! Everything outside this process, and how it is reached.

use std::rc::Rc;

use tokio::sync::watch;

use super::Signal;
use crate::clock::Clock;
use crate::github::{CheckRuns, Deployments, GithubError};
use crate::http::{Exchange, ReqwestTransport, Transport};
use crate::problem::{Code, Problem};
use crate::report::check_run::Commit;

/// Everything outside this process. A test puts a world in memory here.
pub struct Outside {
    /// Time.
    pub clock: Rc<dyn Clock>,
    /// The network.
    pub transport: Rc<dyn Transport>,
    /// GitHub's check runs, and the commit that they belong to; or why there are none.
    pub check_runs: Result<(Box<dyn CheckRuns>, Commit), GithubError>,
    /// GitHub's deployments, or why there are none.
    pub deployments: Result<Rc<dyn Deployments>, GithubError>,
    /// Signals to this process.
    pub signals: watch::Receiver<Option<Signal>>,
}

/// The HTTP client of this process.
///
/// # Errors
/// When it cannot be set up.
pub fn make_http_client() -> Result<Rc<ReqwestTransport>, Problem> {
    ReqwestTransport::new().map(Rc::new).map_err(|error| {
        let message = format!("the HTTP client cannot be set up: {error}");
        Problem::new(Code::Unavailable, message)
            .hint("check the proxy variables and `SSL_CERT_FILE` of the job's `env`")
    })
}

/// Tells an exchange that belongs to no offer to those who look for a fault.
pub fn trace_exchange(exchange: Exchange) {
    let answer = exchange
        .status
        .map_or_else(|| exchange.error.unwrap_or_default(), |status| status.to_string());
    tracing::debug!("{} {} → {answer}", exchange.method, exchange.url);
}
