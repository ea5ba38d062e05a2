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

#[cfg(test)]
mod tests {
    use super::App;
    use super::shop::calls::{PayOrder, PlaceOrder, Takings_};
    use super::shop::testing::{self, Event};
    use super::shop::{Address, Item, OrderId, Payment, ProductCreatedInput, ProductState, ProductUpdatedInput};
    use raftstone::refusal::{Refusal, RefusalKind};
    use raftstone::value::Decimal;
    use std::time::Duration;

    /// A shop that sells pens, at 1.25 each.
    fn shop() -> Result<testing::App<App>, Refusal> {
        let app = testing::app(App);
        let (sku, name, price) = ("PEN".to_owned(), "Pen".to_owned(), Decimal::new(1_25, 2));
        let product = app.emit(ProductCreatedInput { sku, name, category: None, price })?;
        let state = Some(ProductState::OnSale);
        app.emit(ProductUpdatedInput { product, name: None, category: None, price: None, state, photos: None })?;
        Ok(app)
    }

    fn order(app: &testing::App<App>, sku: &str, count: i64) -> Result<OrderId, Refusal> {
        let address = Address { street: "Rue Neuve 1".to_owned(), city: "Lyon".to_owned(), zip: None };
        let items = vec![Item { sku: sku.to_owned(), count }];
        let call = PlaceOrder { email: "ann@example.org".to_owned(), address, payment: Payment::Invoice, items };
        app.call(call).map(|order| OrderId(order.id))
    }

    #[tokio::test]
    async fn takings_are_what_was_paid_on_a_day() -> Result<(), Refusal> {
        let app = shop()?;
        let first_day = app.now().date();
        app.call(PayOrder { order: order(&app, "PEN", 2)? })?;
        app.pass(Duration::from_hours(24));
        app.call(PayOrder { order: order(&app, "PEN", 1)? })?;
        order(&app, "PEN", 100)?;

        let takings = app.call_extern(Takings_ { from: first_day, to: app.now().date() }).await?;

        let days: Vec<(i64, Decimal)> = takings.iter().map(|day| (day.orders, day.total)).collect();
        assert_eq!(days, [(1, Decimal::new(2_50, 2)), (1, Decimal::new(1_25, 2))]);
        Ok(())
    }

    #[test]
    fn an_order_is_placed_with_all_its_lines_or_not_at_all() -> Result<(), Refusal> {
        let app = shop()?;
        assert_eq!(order(&app, "INK", 1).unwrap_err().kind(), RefusalKind::Invalid);
        assert_eq!(app.events(), []);
        order(&app, "PEN", 3)?;
        assert!(matches!(&app.events()[..], [Event::OrderPlaced(_), Event::LineAdded(line)] if line.count == 3));
        Ok(())
    }
}
