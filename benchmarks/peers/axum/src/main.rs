//! Bare axum: what one core can do with the same HTTP stack and no Python.

mod database;

use std::env::args;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tower_http::services::ServeDir;

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

#[derive(Deserialize)]
struct Search {
    page: i64,
    query: String,
}

#[derive(Serialize)]
struct Found {
    category: i64,
    name: String,
    price: f64,
    page: i64,
    query: String,
}

#[derive(Deserialize, Serialize)]
struct Address {
    street: String,
    city: String,
}

#[derive(Deserialize, Serialize)]
struct Order {
    name: String,
    price: f64,
    quantity: i64,
    tags: Vec<String>,
    address: Address,
    express: bool,
}

async fn found(Path((category, name, price)): Path<(i64, String, f64)>, Query(search): Query<Search>) -> Json<Found> {
    Json(Found { category, name, price, page: search.page, query: search.query })
}

async fn mark(request: Request, next: Next, name: &'static str) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(name, "1".parse().unwrap());
    response
}

fn main() {
    let arguments: Vec<String> = args().collect();
    let middlewares = Router::new()
        .route("/middleware", get(|| async { "Hello, World!" }))
        .layer(from_fn(|r, n| mark(r, n, "x-third")))
        .layer(from_fn(|r, n| mark(r, n, "x-second")))
        .layer(from_fn(|r, n| mark(r, n, "x-first")));
    let app = Router::new()
        .route("/text", get(|| async { "Hello, World!" }))
        .route("/json", get(|| async { Json(Message { message: "Hello, World!" }) }))
        .route("/items/{category}/{name}/{price}", get(found))
        .route("/orders", post(|Json(order): Json<Order>| async { Json(order) }))
        .route("/upload", post(|body: Bytes| async move { body.len().to_string() }).layer(DefaultBodyLimit::max(16 * 1024 * 1024)))
        .nest_service("/static", ServeDir::new(&arguments[2]))
        .merge(middlewares);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let app = app.merge(database::routes().await);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", arguments[1].parse().unwrap())).await.unwrap();
        axum::serve(listener, app).await.unwrap();
    });
}
