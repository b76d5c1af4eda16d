//! One row by key: PostgreSQL over sixteen pipelined connections, SQLite in place.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio_postgres::{Client, NoTls, Statement};

const QUERY: &str = "SELECT id, name, quantity FROM items WHERE id = $1";

#[derive(Serialize)]
struct Item {
    id: i32,
    name: String,
    quantity: i32,
}

struct Pool {
    clients: Vec<(Client, Statement)>,
    next: AtomicUsize,
}

async fn postgres(State(pool): State<Arc<Pool>>, Path(id): Path<i32>) -> Json<Item> {
    let (client, statement) = &pool.clients[pool.next.fetch_add(1, Ordering::Relaxed) % pool.clients.len()];
    let row = client.query_one(statement, &[&id]).await.unwrap();
    Json(Item { id: row.get(0), name: row.get(1), quantity: row.get(2) })
}

async fn sqlite(State(connection): State<Arc<Mutex<rusqlite::Connection>>>, Path(id): Path<i32>) -> Json<Item> {
    let connection = connection.lock().unwrap();
    let mut statement = connection.prepare_cached(QUERY).unwrap();
    let item = statement
        .query_row([id], |row| Ok(Item { id: row.get(0)?, name: row.get(1)?, quantity: row.get(2)? }))
        .unwrap();
    Json(item)
}

pub async fn routes() -> Router {
    let mut router = Router::new();
    if let Ok(address) = std::env::var("BENCH_POSTGRES") {
        let mut clients = Vec::new();
        for _ in 0..16 {
            let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
            tokio::spawn(connection);
            let statement = client.prepare(QUERY).await.unwrap();
            clients.push((client, statement));
        }
        let pool = Pool { clients, next: AtomicUsize::new(0) };
        router = router.merge(Router::new().route("/postgres/{id}", get(postgres)).with_state(Arc::new(pool)));
    }
    if let Ok(file) = std::env::var("BENCH_SQLITE") {
        let connection = rusqlite::Connection::open(file).unwrap();
        let state = Arc::new(Mutex::new(connection));
        router = router.merge(Router::new().route("/sqlite/{id}", get(sqlite)).with_state(state));
    }
    router
}
