//! The client against real sockets.

mod environment;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method, StatusCode};
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::http::testing::block_on;

const LIMIT: usize = 64 * 1024;

fn get(url: &str) -> Request {
    Request {
        method: Method::GET,
        url: Url::parse(url).unwrap(),
        headers: HeaderMap::new(),
        body: None,
        timeout: Duration::from_secs(10),
    }
}

fn client() -> ReqwestTransport {
    ReqwestTransport::with_limits(Duration::from_millis(300), LIMIT).unwrap()
}

fn send(request: Request) -> Result<Response, TransportError> {
    block_on(client().send(request))
}

/// A server that reads one request's head, says `answer`, and hangs up or stays.
fn raw_server(answer: &'static [u8], stay: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream: TcpStream = stream.unwrap();
            let mut head = [0_u8; 4096];
            let _ = stream.read(&mut head).unwrap();
            let _ = stream.write_all(answer);
            if stay {
                // Held open until the client has had enough.
                let _ = stream.read(&mut head);
            }
        }
    });
    format!("http://{address}")
}

#[test]
fn sends_what_it_is_given_and_reads_the_answer() {
    block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/p"))
            .and(header("user-agent", concat!("offer-release/", env!("CARGO_PKG_VERSION"))))
            .and(header("accept-encoding", "gzip"))
            .and(header("x-own", "1"))
            .and(body_string("text"))
            .respond_with(
                ResponseTemplate::new(202).insert_header("x-answer", "2").set_body_string("done"),
            )
            .expect(1)
            .mount(&server)
            .await;
        let mut request = Request {
            method: Method::POST,
            body: Some(Bytes::from("text")),
            ..get(&format!("{}/p", server.uri()))
        };
        request.headers.insert("x-own", "1".parse().unwrap());
        let answer = client().send(request).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (StatusCode::ACCEPTED, &b"done"[..]));
        assert_eq!(answer.headers["x-answer"], "2");
    });
}

#[test]
fn follows_no_redirect_and_keeps_no_cookie() {
    block_on(async {
        let server = MockServer::start().await;
        let redirect = ResponseTemplate::new(307)
            .insert_header("location", "/other")
            .insert_header("set-cookie", "a=b; Path=/");
        Mock::given(path("/")).respond_with(redirect).expect(2).mount(&server).await;
        let client = client();
        for _ in 0..2 {
            assert_eq!(
                client.send(get(&server.uri())).await.unwrap().status,
                StatusCode::TEMPORARY_REDIRECT
            );
        }
        let requests = server.received_requests().await.unwrap();
        assert!(requests.iter().all(|request| !request.headers.contains_key("cookie")
            && !request.headers.contains_key("referer")));
    });
}

#[test]
fn a_bomb_is_not_unpacked() {
    // 100,000 times `a`.
    let bomb = STANDARD.decode(BOMB).unwrap();
    assert!(bomb.len() < 300);
    let packed = move |limit| {
        let bomb = bomb.clone();
        block_on(async move {
            let server = MockServer::start().await;
            let answer = ResponseTemplate::new(200)
                .insert_header("content-encoding", "gzip")
                .set_body_bytes(bomb);
            Mock::given(method("GET")).respond_with(answer).mount(&server).await;
            ReqwestTransport::with_limits(EXCHANGE_TIMEOUT, limit)
                .unwrap()
                .send(get(&server.uri()))
                .await
        })
    };
    assert_eq!(packed(100_000).unwrap().body.len(), 100_000);
    let error = packed(99_999).unwrap_err();
    assert_eq!(error.lost, Lost::TooLarge);
    assert!(error.message.ends_with(" answered HTTP 200 with more than 99999 bytes"), "{error}");
}

const BOMB: &str = "\
    H4sIAAAAAAACA+3BMQEAAADCoKzrX8IaHkABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAArwaH+uIboIYBAA==";

#[test]
fn a_refused_connection_was_surely_not_used() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = send(get(&format!("http://{free}/path?sig=secret"))).unwrap_err();
    assert_eq!(error.lost, Lost::Unsent);
    assert!(error.message.starts_with(&format!("no connection to http://{free}: ")), "{error}");
    assert!(error.message.contains("refused") && !error.message.contains("sig"), "{error}");
}

#[test]
fn no_tls_is_no_connection() {
    let url = raw_server(b"HTTP/1.1 400 plain\r\n\r\n", false).replace("http://", "https://");
    let error = send(get(&url)).unwrap_err();
    assert_eq!(error.lost, Lost::Unsent, "{error}");
}

#[test]
fn after_the_request_its_fate_is_unknown() {
    for (answer, stay, what) in [
        (&b""[..], false, "no answer from "),
        (b"", true, " did not answer in time: "),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", false, "broke off"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", true, "broke off"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nhalf",
            false,
            "broke off",
        ),
        (b"\x16\x03garbage", false, "no answer from "),
    ] {
        let url = raw_server(answer, stay);
        let request = Request {
            timeout: Duration::from_millis(200),
            ..get(&format!("{url}/path?sig=secret"))
        };
        let error = send(request).unwrap_err();
        assert_eq!(error.lost, Lost::Unknown, "{error}");
        assert!(error.message.contains(what) && error.message.contains(&url), "{what}: {error}");
        assert!(!error.message.contains("sig"), "{error}");
    }
}

#[test]
fn a_request_is_sent_once_even_if_the_connection_dies() {
    block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = async {
            let mut connections = 0;
            while let Ok(Ok(_stream)) =
                tokio::time::timeout(Duration::from_millis(500), listener.accept()).await
            {
                connections += 1;
            }
            connections
        };
        let request = Request { method: Method::POST, ..get(&url) };
        let (connections, result) = tokio::join!(server, async { client().send(request).await });
        assert_eq!((connections, result.unwrap_err().lost), (1, Lost::Unknown));
    });
}

#[test]
fn a_request_on_a_used_connection_is_sent_once_too() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (told, requests) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0_u8; 4096];
            // The first request is answered and the connection kept; after the second it is closed
            // without a word.
            for answer in [&b"HTTP/1.1 204 No Content\r\n\r\n"[..], b""] {
                let length = stream.read(&mut head).unwrap();
                told.send(head.starts_with(b"POST") && length > 0).unwrap();
                stream.write_all(answer).unwrap();
            }
        }
    });
    let client = client();
    let post = || Request { method: Method::POST, ..get(&url) };
    let second = block_on(async {
        client.send(post()).await.unwrap();
        client.send(post()).await.unwrap_err()
    });
    assert_eq!(second.lost, Lost::Unknown, "{second}");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(requests.try_iter().collect::<Vec<_>>(), [true, true]);
}

#[test]
fn others_on_the_same_client_are_bounded_in_time_too() {
    let url = raw_server(b"", true);
    let client = client();
    let error = block_on(async {
        let sent = client.client_for(&Url::parse(&url).unwrap()).get(&url).send();
        tokio::time::timeout(Duration::from_secs(5), sent)
            .await
            .expect("the client's own limit comes first")
            .unwrap_err()
    });
    assert!(error.is_timeout(), "{error:?}");
}

#[test]
fn causes_are_told_once() {
    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Layer(&'static str, #[source] Option<Box<Layer>>);
    let inner = Layer("reset by peer", None);
    let outer =
        Layer("sending failed", Some(Box::new(Layer("io: reset by peer", Some(Box::new(inner))))));
    assert_eq!(list_causes(&outer), "sending failed: io: reset by peer");
}
