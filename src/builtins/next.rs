//! `next`: the next time of a schedule.

use super::{Builtin, Call, Context, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Schedule, Value};

pub static NEXT: Builtin = Builtin {
    name: "next",
    summary: r#"Gives the first moment after the request at which a clock in `zone` shows the time of `schedule`: `"20:00"` every day, `"Thu 20:00"` or `"Mon, Thu 20:00"` on some days of the week."#,
    params: &[
        Param { name: "schedule", kinds: Kinds::TEXT, optional: false },
        Param { name: "zone", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::TIME,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"next("Thu 20:00", "Europe/Moscow") > now()"#, gives: "true" },
        Example { call: r#"next("20:00", "Europe/Moscow") - now() <= 24h"#, gives: "true" },
        Example { call: r#"format(next("Mon, Thu 9:30", "Asia/Omsk"), "HH:mm")"#, gives: r#""09:30""# },
    ],
    call: Call::InRun(next),
};

fn next(context: &Context<'_>, args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?;
    let schedule =
        read(text).map_err(|why| Fault::outside(format!("`schedule` of `next` is {text:?}: {why}")))?;
    let zone = args::zone(args, 1, "next")?.unwrap_or("UTC");
    let next = context.now.next(&schedule, zone);
    next.map(Value::Time).ok_or_else(|| Fault::own("`next` found no time"))
}

/// In the order of the week.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `Четверг 19:00`, `thursday 19:00` and `Thursdays at 19:00` are `Thu 19:00`.
pub(super) fn meant(text: &str) -> Option<String> {
    let text = text.replace(" at ", " ").replace(" в ", " ");
    let (days, clock) = text.rsplit_once(' ')?;
    let days: Option<Vec<&str>> = days
        .split([',', ' '])
        .filter(|day| !day.is_empty())
        .map(|day| {
            let day = day.to_lowercase();
            // Russian days differ by their first two letters, and begin so in every case.
            let at = DAYS.iter().position(|known| day.starts_with(known)).or_else(|| {
                let russian = ["по|пн", "вт", "ср", "че|чт", "пя|пт", "су|сб", "во|вс"];
                russian.iter().position(|starts| starts.split('|').any(|start| day.starts_with(start)))
            })?;
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].get(at).copied()
        })
        .collect();
    let meant = format!("{} {clock}", days?.join(", "));
    read(&meant).is_ok().then_some(meant)
}

/// Reads `Thu 20:00`, `Mon, Thu 20:00`, `20:00`; `Err` says why it is none.
pub(super) fn read(text: &str) -> Result<Schedule, String> {
    let text = text.trim();
    let (days, clock) = text.rsplit_once(' ').unwrap_or(("", text));
    let (hour, minute) = clock
        .split_once(':')
        .filter(|(hour, minute)| (1..=2).contains(&hour.len()) && minute.len() == 2)
        .and_then(|(hour, minute)| Some((number(hour, 23)?, number(minute, 59)?)))
        .ok_or_else(|| format!("{clock:?} is no time of the day like `20:00`"))?;
    let days = days.split(',').map(str::trim).filter(|day| !day.is_empty());
    let days = days
        .map(|day| {
            let found = DAYS.iter().position(|known| day.eq_ignore_ascii_case(known));
            found
                .map(|at| at as i8 + 1)
                .ok_or_else(|| format!("{day:?} is none of Mon, Tue, Wed, Thu, Fri, Sat, Sun"))
        })
        .collect::<Result<_, _>>()?;
    Ok(Schedule { days, hour, minute })
}

fn number(text: &str, most: i8) -> Option<i8> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())??;
    (number <= most).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_days_and_a_time() {
        let read = |text| read(text).map(|schedule| (schedule.days, schedule.hour, schedule.minute));
        assert_eq!(read("20:00"), Ok((vec![], 20, 0)));
        assert_eq!(read("Thu 9:05"), Ok((vec![4], 9, 5)));
        assert_eq!(read(" mon, SUN 23:59 "), Ok((vec![1, 7], 23, 59)));
        for bad in
            ["", "Thu", "24:00", "20:60", "20:0", "Thursday 20:00", "20:00 Thu", "+2:00", "Thu 20:00:00"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
