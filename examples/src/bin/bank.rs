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
