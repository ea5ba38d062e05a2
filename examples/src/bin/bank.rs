//! The bank: `bank.rstone`, and what it leaves to Rust.

raftstone::include_schema!("bank");

use bank::{Account, AuditResult, DepositedInput, PayInterestResult};
use raftstone::http::Context;
use raftstone::refusal::Refusal;
use raftstone::value::Decimal;
use raftstone::value::arithmetic::{add_decimal, mul_decimal, round_decimal};

/// Owners that this bank turns away.
const UNWELCOME: &[&str] = &["Mallory"];

struct App;

impl bank::Handlers for App {
    fn is_welcome(&self, owner: String) -> bool {
        !UNWELCOME.contains(&owner.as_str())
    }

    async fn audit(&self, ctx: Context) -> Result<AuditResult, Refusal> {
        ctx.read(|db| {
            let mut audit = AuditResult { accounts: 0, total: Decimal::ZERO };
            for account in db.all::<Account>() {
                audit.accounts += 1;
                audit.total = add_decimal(&audit.total, &account.balance)?;
            }
            Ok(audit)
        })?
    }

    async fn pay_interest(&self, mut ctx: Context, rate: Decimal) -> Result<PayInterestResult, Refusal> {
        ctx.transact(move |tx| {
            let accounts: Vec<_> = tx.all::<Account>().filter(|account| account.is_open).collect();
            let mut paid = Decimal::ZERO;
            for account in accounts {
                let amount = round_decimal(&mul_decimal(&account.balance, &rate)?, 2)?;
                if amount > Decimal::ZERO {
                    let entry = tx.new_uuid();
                    tx.emit(DepositedInput { account: bank::AccountId(account.id), amount, entry })?;
                    paid = add_decimal(&paid, &amount)?;
                }
            }
            Ok(PayInterestResult { paid })
        })
        .await
    }
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    bank::serve(App).await
}

#[cfg(test)]
mod tests {
    use super::bank::calls::{Audit, OpenAccount, PayInterest};
    use super::bank::testing::{self, Event};
    use super::bank::{AccountId, AccountOpenedInput, Deposited, DepositedInput, Entry};
    use super::{Account, App};
    use raftstone::refusal::{Refusal, RefusalKind};
    use raftstone::value::Decimal;
    use std::time::Duration;

    /// An account with something in it.
    fn account(app: &testing::App<App>, iban: &str, cents: i64) -> Result<AccountId, Refusal> {
        let account =
            app.emit(AccountOpenedInput { owner: "Ann".to_owned(), iban: iban.to_owned(), overdraft: None })?;
        let entry = app.transact(|tx| Ok(tx.new_uuid()))?;
        app.emit(DepositedInput { account, amount: Decimal::new(cents, 2), entry })?;
        Ok(account)
    }

    #[tokio::test]
    async fn interest_is_rounded_and_paid_to_all_at_once() -> Result<(), Refusal> {
        let app = testing::app(App);
        let rich = account(&app, "DE00AAAA00000001", 100_050)?;
        let poor = account(&app, "DE00AAAA00000002", 10)?;
        let rate = Decimal::new(15, 3);

        let result = app.call_extern(PayInterest { rate }).await?;

        assert_eq!(result.paid, Decimal::new(15_01, 2), "10 cents bear no interest that could be paid");
        let [Event::Deposited(Deposited { account, amount, .. })] = &app.events()[..] else {
            panic!("one deposit, not {:?}", app.events());
        };
        assert_eq!((*account, *amount), (rich, Decimal::new(15_01, 2)));
        assert_eq!(app.get::<Account>(&poor).map(|account| account.balance), Some(Decimal::new(10, 2)));
        let audit = app.call_extern(Audit).await?;
        assert_eq!((audit.accounts, audit.total), (2, Decimal::new(101_561, 2)));
        Ok(())
    }

    #[tokio::test]
    async fn a_rate_above_one_is_refused() {
        let app = testing::app(App);
        let refusal = app.call_extern(PayInterest { rate: Decimal::new(2, 0) }).await.unwrap_err();
        assert_eq!((refusal.kind(), refusal.fields()[0].path.as_str()), (RefusalKind::Invalid, "rate"));
    }

    #[test]
    fn who_is_unwelcome_gets_no_account() {
        let app = testing::app(App);
        let open = |owner: &str| {
            let iban = "DE00AAAA00000001".to_owned();
            app.call(OpenAccount { owner: owner.to_owned(), iban, overdraft: Decimal::ZERO })
        };
        assert_eq!(open("Mallory").unwrap_err().kind(), RefusalKind::Forbidden);
        assert_eq!(app.events(), []);
        assert_eq!(open(" Ann ").unwrap().owner, "Ann");
    }

    #[test]
    fn the_clock_of_the_test_dates_what_is_stored() -> Result<(), Refusal> {
        let app = testing::app(App);
        app.pass(Duration::from_hours(30));
        account(&app, "DE00AAAA00000001", 1_00)?;
        let dates: Vec<String> = app.read(|db| db.all::<Entry>().map(|entry| entry.at.to_string()).collect());
        assert_eq!(dates, ["2026-01-02T06:00:00.000000Z"]);
        Ok(())
    }
}
