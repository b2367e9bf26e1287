//! What depends on the environment, certificates and proxies: each test runs another one in a child
//! process, because a process has only one environment.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use http::StatusCode;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::*;

/// An authority that nobody knows, and a TLS server that it vouches for, as `localhost`.
fn private_authority(folder: &Path) -> SocketAddr {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    std::fs::write(folder.join("authority.pem"), authority.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(params, authority_key);
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                key.serialize_der().try_into().unwrap(),
            )
            .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let acceptor = TlsAcceptor::from(Arc::new(config));
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await;
                let answer =
                    b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nprivate";
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await;
                let _ = tokio::io::AsyncWriteExt::shutdown(&mut stream).await;
            }
        });
    });
    address
}

/// Runs one of the tests below in a process of its own.
fn in_child(test: &str, environment: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &format!("http::client::tests::environment::{test}")])
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[expect(clippy::disallowed_methods, reason = "how a test talks to its child")]
fn read_variable(name: &str) -> String {
    std::env::var(name).unwrap()
}

#[test]
fn the_authority_of_a_company_is_trusted_by_ssl_cert_file() {
    let folder = tempfile::tempdir().unwrap();
    let port = private_authority(folder.path()).port().to_string();
    let file = folder.path().join("authority.pem");
    in_child("child_trusts", &[("SSL_CERT_FILE", file.to_str().unwrap()), ("TEST_PORT", &port)]);
}

#[test]
fn without_any_system_certificate_the_client_works_and_trusts_no_stranger() {
    let folder = tempfile::tempdir().unwrap();
    let port = private_authority(folder.path()).port().to_string();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    // The second is what a scratch image looks like: nothing where it is looked for.
    for (file, directory) in
        [("/nowhere/ca.pem", empty.to_str().unwrap()), ("/nowhere/ca.pem", "/nowhere")]
    {
        in_child(
            "child_refuses",
            &[("SSL_CERT_FILE", file), ("SSL_CERT_DIR", directory), ("TEST_PORT", &port)],
        );
    }
}

#[test]
#[ignore = "run by `the_authority_of_a_company_is_trusted_by_ssl_cert_file`"]
fn child_trusts() {
    let answer = send(get(&format!("https://localhost:{}/", read_variable("TEST_PORT")))).unwrap();
    assert_eq!(answer.body, "private");
}

#[test]
#[ignore = "run by `without_any_system_certificate_the_client_works_and_trusts_no_stranger`"]
fn child_refuses() {
    let error =
        send(get(&format!("https://localhost:{}/", read_variable("TEST_PORT")))).unwrap_err();
    assert_eq!(error.lost, Lost::Unsent);
    assert!(
        error.message.contains("invalid peer certificate: UnknownIssuer; if a proxy"),
        "{error}"
    );
}

#[test]
fn the_proxy_is_used_but_never_for_this_machine() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = format!("http://user:hidden@{free}");
    in_child("child_with_dead_proxy", &[("HTTP_PROXY", &proxy), ("HTTPS_PROXY", &proxy)]);
}

#[test]
#[ignore = "run by `the_proxy_is_used_but_never_for_this_machine`"]
fn child_with_dead_proxy() {
    let direct = raw_server(b"HTTP/1.1 204 No Content\r\n\r\n", false);
    assert_eq!(send(get(&direct)).unwrap().status, StatusCode::NO_CONTENT);
    for url in ["http://portal.invalid", "https://portal.invalid"] {
        let error = send(get(url)).unwrap_err();
        assert_eq!(error.lost, Lost::Unsent);
        assert!(error.message.contains("refused") && !error.message.contains("hidden"), "{error}");
    }
}

#[test]
fn a_proxy_that_says_no_has_not_passed_anything_on() {
    let proxy = raw_server(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", false);
    in_child("child_with_strict_proxy", &[("HTTPS_PROXY", &proxy)]);
}

#[test]
#[ignore = "run by `a_proxy_that_says_no_has_not_passed_anything_on`"]
fn child_with_strict_proxy() {
    let error = send(get("https://portal.invalid")).unwrap_err();
    assert_eq!(error.lost, Lost::Unsent);
    assert!(error.message.contains("proxy authorization required"), "{error}");
}
