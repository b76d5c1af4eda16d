//! The server by itself, for probing by hand: `cargo run --example echo_server -- 8000`.
//!
//! `/` says hello; any other path sends the body of the request back.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use vase_engine::config::HttpConfig;
use vase_engine::{RequestBody, ResponseBody, server};

async fn answer(request: Request<RequestBody>) -> Result<Response<ResponseBody>, Infallible> {
    if request.uri().path() == "/" {
        return Ok(Response::new(ResponseBody::full(Bytes::from_static(
            b"hello\n",
        ))));
    }
    let config = HttpConfig::default();
    let body = request.into_body().limit(config.max_body_bytes);
    Ok(match body.collect().await {
        Ok(bytes) => Response::new(ResponseBody::full(bytes)),
        Err(error) => {
            let mut response = Response::new(ResponseBody::from(error.to_string()));
            *response.status_mut() = error.status();
            response
        }
    })
}

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8000".to_owned());
    let listener = std::net::TcpListener::bind(format!("127.0.0.1:{port}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(tokio::runtime::LocalOptions::default())?;
    runtime.block_on(async {
        let service = tower::service_fn(answer);
        let _server = server::serve(listener, move |_peer| service, &HttpConfig::default())?;
        std::future::pending().await
    })
}
