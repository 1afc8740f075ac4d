//! One request on the wire, and the whole answer to it or why there is none.

use bytes::{Bytes, BytesMut};
use reqwest::{Client, Request, Response};
use tokio::time::Instant;

use super::fault::{Fault, Limits, explain};
use super::{Answer, Error};
use crate::model::clean;

/// The largest answer that is read, after decompression, in MiB.
const LARGEST: u64 = LARGEST_BYTES as u64 >> 20;
const LARGEST_BYTES: usize = 16 << 20;

/// Sends and reads to the end. `call` is for messages, `path` for the log. A broken exchange is a [`Fault`], for the caller to judge; too large an answer is final.
pub(super) async fn exchange(
    client: &Client,
    request: Request,
    (call, path): (&str, &str),
    host: &str,
    limits: Limits,
) -> Result<Result<Answer, Fault>, Error> {
    let started = Instant::now();
    let method = request.method().clone();
    let outcome = receive(client, request).await;
    let milliseconds = started.elapsed().as_millis();
    match outcome {
        Ok(Received { status, headers, body: Some(body) }) => {
            let answer = Answer { status, headers, body, call: call.to_owned(), host: host.to_owned() };
            let request_id = answer.request_id().map(clean);
            let request_id = request_id.as_deref().unwrap_or_default();
            tracing::debug!(%method, host, path, status, milliseconds, request_id, "answered");
            Ok(Ok(answer))
        }
        Ok(Received { status, body: None, .. }) => {
            tracing::debug!(%method, host, path, status, milliseconds, "answered with too much");
            Err(Error::TooLarge { host: host.to_owned(), call: call.to_owned(), limit: LARGEST })
        }
        Err(error) => {
            let fault = explain(error, limits);
            tracing::debug!(%method, host, path, milliseconds, why = fault.why, "not answered");
            Ok(Err(fault))
        }
    }
}

struct Received {
    status: u16,
    headers: reqwest::header::HeaderMap,
    /// `None` if it is too large.
    body: Option<Bytes>,
}

async fn receive(client: &Client, request: Request) -> Result<Received, reqwest::Error> {
    let mut response = client.execute(request).await?;
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let body = read(response).await?;
    Ok(Received { status, headers, body })
}

/// The body piece by piece, so that one that never ends is left in time.
async fn read(mut response: Response) -> Result<Option<Bytes>, reqwest::Error> {
    if response.content_length().is_some_and(|length| length > LARGEST_BYTES as u64) {
        return Ok(None);
    }
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > LARGEST_BYTES {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Some(body.freeze()))
}
