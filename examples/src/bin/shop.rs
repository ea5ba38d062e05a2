//! The shop: `shop.rstone`, and what it leaves to Rust.

raftstone::include_schema!("shop");

use raftstone::http::Context;
use raftstone::refusal::Refusal;
use raftstone::value::arithmetic::add_decimal;
use raftstone::value::{Date, Decimal, Uuid};
use shop::{Order, OrderState, Takings};
use std::collections::BTreeMap;

struct App;

impl shop::Handlers for App {
    fn tracking_code(&self, order: Uuid) -> String {
        format!("RS-{}", order.simple())
    }

    async fn takings(&self, ctx: Context, from: Date, to: Date) -> Result<Vec<Takings>, Refusal> {
        ctx.read(|db| {
            let mut days: BTreeMap<Date, Takings> = BTreeMap::new();
            for order in db.all::<Order>() {
                let day = order.placed_at.date();
                let is_paid = matches!(order.state, OrderState::Paid | OrderState::Shipped);
                if is_paid && (from..=to).contains(&day) {
                    let takings = days.entry(day).or_insert(Takings { day, orders: 0, total: Decimal::ZERO });
                    takings.orders += 1;
                    takings.total = add_decimal(&takings.total, &order.total)?;
                }
            }
            Ok(days.into_values().collect())
        })?
    }
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    shop::serve(App).await
}
