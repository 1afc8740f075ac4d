//! TLS: whose certificates count, and what is said when they do not.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, version};

use super::server::{Reply, Server, say};
use super::{bearer, http, never, origin_with};
use crate::model::HostUrl;
use crate::net::{Call, Error, Trust};
use crate::secret::Secret;

/// A certificate authority of our own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate and key for `name`, with changes.
    fn issue(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.0).unwrap(), key)
    }
}

/// What a server with this certificate serves; `clients`: who signs the client certificates that it demands.
fn config((certificate, key): (rcgen::Certificate, KeyPair), clients: Option<&Authority>) -> ServerConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.0.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let chain = vec![CertificateDer::from(certificate)];
    builder.with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap()).unwrap()
}

fn trust(authority: &Authority) -> Trust {
    Trust { ca_pem: Some(authority.pem()), ..Trust::default() }
}

/// Asks the server under a name; the words of the failure if it fails.
async fn ask(server: &Server, name: &str, trust: &Trust) -> Result<u16, String> {
    let base = format!("https://{name}:{}", server.address.port());
    let origin = origin_with(&http(Duration::ZERO, None), &base, trust, never);
    match origin.get(&Call::to(["user"])).await {
        Ok(answer) => Ok(answer.status),
        Err(Error::Unreachable { why, .. }) => Err(why),
        Err(error) => Err(format!("{error:?}")),
    }
}

async fn serve(config: ServerConfig) -> Server {
    Server::start_tls(config, |_, _| say(200, &[], "{}")).await
}

#[tokio::test]
async fn an_authority_of_our_own_counts_only_where_it_is_named() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let server = serve(config(ours.issue("localhost", |_| {}), None)).await;
    assert_eq!(ask(&server, "localhost", &trust(&ours)).await, Ok(200));
    let both = Trust { ca_pem: Some(format!("{}{}", other.pem(), ours.pem())), ..Trust::default() };
    assert_eq!(ask(&server, "localhost", &both).await, Ok(200));
    let unknown = Err("its certificate is not trusted: its issuer is not known here".to_owned());
    assert_eq!(ask(&server, "localhost", &trust(&other)).await, unknown);
    assert_eq!(ask(&server, "localhost", &Trust::default()).await, unknown);
    // One client for all must not mean one trust for all.
    let http = http(Duration::ZERO, None);
    let base = format!("https://localhost:{}", server.address.port());
    let [with, without] = [trust(&ours), Trust::default()].map(|trust| origin_with(&http, &base, &trust, never));
    assert!(with.get(&Call::to(["user"])).await.is_ok());
    assert!(without.get(&Call::to(["user"])).await.is_err());
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn a_certificate_that_is_wrong_is_refused_with_the_reason() {
    let ours = Authority::new("ours");
    for (name, change, expected) in [
        ("other.example", (|_| {}) as fn(&mut CertificateParams), "it is for another name"),
        ("localhost", |params| params.not_after = date_time_ymd(2001, 1, 1), "it has expired"),
        ("localhost", |params| params.not_before = date_time_ymd(3000, 1, 1), "it is not valid yet"),
        (
            "localhost",
            |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            "its form or purpose is not allowed for servers",
        ),
        (
            "localhost",
            |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
            "it is an authority's certificate, not a server's",
        ),
    ] {
        let server = serve(config(ours.issue(name, change), None)).await;
        assert_eq!(ask(&server, "localhost", &trust(&ours)).await, Err(format!("its certificate is not trusted: {expected}")));
        assert!(server.calls().is_empty());
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_demanded() {
    let (ours, clients) = (Authority::new("ours"), Authority::new("other"));
    let server = serve(config(ours.issue("localhost", |_| {}), Some(&clients))).await;
    let with = |authority: &Authority| {
        let (certificate, key) = authority.issue("mona", |_| {});
        let pem = format!("{}{}", certificate.pem(), key.serialize_pem());
        Trust { client_pem: Some(Secret::from(pem)), ..trust(&ours) }
    };
    assert_eq!(ask(&server, "localhost", &with(&clients)).await, Ok(200));
    assert_eq!(ask(&server, "localhost", &trust(&ours)).await, Err("it asks for a client certificate".to_owned()));
    let foreign = ask(&server, "localhost", &with(&ours)).await;
    assert_eq!(foreign, Err("it does not accept the client certificate, or asks for one".to_owned()));
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn certificates_that_cannot_be_read_are_named_before_anything_is_sent() {
    let ours = Authority::new("ours");
    let (certificate, key) = ours.issue("mona", |_| {});
    let malformed = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    let base = HostUrl::parse("https://git.acme.com").unwrap();
    let refused = |trust: Trust| match http(Duration::ZERO, None).origin(&base, &trust, bearer(), &[], never) {
        Err(Error::Certificate { what, why }) => format!("{what}: {why}"),
        other => panic!("{:?}", other.err()),
    };
    for ca in ["", "hello", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", malformed, &key.serialize_pem()] {
        let words = refused(Trust { ca_pem: Some(ca.to_owned()), ..Trust::default() });
        assert!(words.starts_with("certificate authority's file: "), "{words}");
    }
    for client in [certificate.pem(), key.serialize_pem(), "hello".to_owned()] {
        let words = refused(Trust { client_pem: Some(Secret::from(client)), ..Trust::default() });
        assert!(words.starts_with("client certificate: it must hold"), "{words}");
    }
    // A key that is not the certificate's shows only when it is used.
    let stranger = KeyPair::generate().unwrap();
    let pem = format!("{}{}", certificate.pem(), stranger.serialize_pem());
    let trust = Trust { client_pem: Some(Secret::from(pem)), ..Trust::default() };
    let origin = http(Duration::ZERO, None).origin(&base, &trust, bearer(), &[], never).unwrap();
    let error = origin.get(&Call::to(["user"])).await.unwrap_err();
    assert!(matches!(error, Error::Certificate { what: "client certificate", .. }), "{error:?}");
}

#[tokio::test]
async fn who_speaks_no_tls_is_named() {
    let server = Server::start(|_, _| Reply::Silence).await;
    assert_eq!(ask(&server, "localhost", &Trust::default()).await, Err("no connection within 700 ms".to_owned()));
    for (bytes, expected) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "it does not speak TLS on this port"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "it does not speak TLS on this port"),
        // The alert that says that no version is shared.
        (b"\x15\x03\x03\x00\x02\x02\x46", "it speaks no TLS that is safe today (1.2 or newer)"),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = async {
            loop {
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(bytes).await;
            }
        };
        let base = format!("https://127.0.0.1:{port}");
        let origin = origin_with(&http(Duration::ZERO, None), &base, &Trust::default(), never);
        let call = Call::to(["user"]);
        let error = tokio::select! { answer = origin.get(&call) => answer.unwrap_err(), () = serve => unreachable!() };
        assert_eq!(error.to_string(), format!("127.0.0.1:{port} could not be reached: {expected}"));
    }
}
