//! Two-row transfers of the bank example inside the process: `bench-transfer DATA IN_FLIGHT COUNT`.

raftstone::include_schema!("bank");

use bank::AccountId;
use bank::calls::MoveMoney;
use raftstone::app::start_engine;
use raftstone::exec::{Engine, EngineOptions};
use raftstone::refusal::Refusal;
use raftstone::value::Decimal;
use std::time::Instant;

const ACCOUNTS: i64 = 10_000;
/// What each account holds before the first transfer.
const BALANCE: i64 = 1_000_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: bench-transfer DATA IN_FLIGHT COUNT");
    let (data, in_flight, count): (_, u64, u64) = (next()?, next()?.parse()?, next()?.parse()?);
    let running = start_engine(&bank::SCHEMA, EngineOptions::new(data)).await?;
    open_accounts(&running.engine).await?;
    let before = running.engine.visible_seq();
    let began = Instant::now();
    let tasks: Vec<_> =
        (0..in_flight).map(|task| tokio::spawn(transfers(running.engine.clone(), task, count / in_flight))).collect();
    for task in tasks {
        task.await??;
    }
    let seconds = began.elapsed().as_secs_f64();
    let recorded = running.engine.visible_seq() - before;
    println!("{:.0} transfers/s, {recorded} recorded in {seconds:.2} s", recorded as f64 / seconds);
    running.shutdown().await;
    Ok(())
}

async fn open_accounts(engine: &Engine) -> Result<(), Refusal> {
    for first in (0..ACCOUNTS).step_by(1000) {
        engine
            .transact(move |tx| {
                for n in first..first + 1000 {
                    let account = tx.emit(bank::AccountOpenedInput {
                        owner: format!("owner {n}"),
                        iban: format!("DE00{n:08}"),
                        overdraft: None,
                    })?;
                    let entry = tx.new_uuid();
                    tx.emit(bank::DepositedInput { account, amount: Decimal::from(BALANCE), entry })?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// One transfer after the other, between accounts drawn uniformly.
async fn transfers(engine: Engine, task: u64, count: u64) -> Result<(), Refusal> {
    let mut random = task.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        AccountId((random % ACCOUNTS as u64) as i64 + 1)
    };
    for _ in 0..count {
        let transfer = MoveMoney { from: draw(), to: draw(), amount: Decimal::ONE };
        engine.transact(move |tx| transfer.run(tx)).await?;
    }
    Ok(())
}
